/** Small to send, much to show: the reader's page must come through each in a moment. */
export const HEAVY_HTML: Readonly<Record<string, () => string>> = {
  '200,000 div inside each other': () => '<div>'.repeat(200_000),
  '50,000 div beside each other': () => '<div>x</div>'.repeat(50_000),
  '20,000 tables inside each other': () => '<table><tr><td>'.repeat(20_000),
  '100,000 open inline elements': () => '<b><i>'.repeat(50_000),
  '50,000 wrongly nested elements': () => '<a><p>'.repeat(25_000),
  'an attribute of 5 MB': () => `<p title="${'x'.repeat(5_000_000)}">x</p>`,
  '100,000 attributes': () => `<p ${Array.from({ length: 100_000 }, (_, i) => `a${i}=x`).join(' ')}>x</p>`,
  'a style attribute of 1 MB': () => `<p style="${'color:red;'.repeat(100_000)}">x</p>`,
  'a style element of 1 MB': () => `<style>${'p{color:red}'.repeat(80_000)}</style><p>x</p>`,
  '50,000 open brackets in a style': () => `<style>${'a{'.repeat(50_000)}</style><p>x</p>`,
  '50,000 open parentheses in a style': () => `<p style="width:${'calc('.repeat(50_000)}">x</p>`,
  '50,000 comments begun in a style': () => `<style>${'/*'.repeat(50_000)}</style><p>x</p>`,
  '50,000 backslashes in a style': () => `<style>p{color:${'\\'.repeat(50_000)}}</style><p>x</p>`,
  '20,000 imports': () => `<style>${'@import url(https://leak.test/i);'.repeat(20_000)}</style><p>x</p>`,
  '20,000 links': () => '<a href="https://evil.test/x">www.bank.example</a>'.repeat(20_000),
  '20,000 pictures': () => '<img src="https://leak.test/x">'.repeat(20_000),
  '20,000 entities': () => '&NotEqualTilde;'.repeat(20_000),
  '100,000 comments': () => '<!-->'.repeat(100_000),
  'as much as is still taken': () =>
    `<style>${'a{'.repeat(90)}</style>${'<!-->'.repeat(4_900)}<p ${'a '.repeat(900)}>${'<div>'.repeat(990)}${'<p>x</p>'.repeat(20_000)}`,
};
