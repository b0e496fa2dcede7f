/**
 * Files that run when somebody opens them, by the ending of their name and by how they begin. Refused from outside
 * whatever a scanner says of them; a list of endings that common mail programs block too.
 */
export const REFUSED_ENDINGS: ReadonlySet<string> = new Set(
  (
    'ade adp app application appref-ms appx appxbundle bas bat cab chm cmd com cpl crt diagcab dll dmg exe ' +
    'gadget hlp hta img inf ins iso isp jar jnlp js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw ' +
    'mda mde mdt mdw mdz msc msh msh1 msh2 mshxml msi msix msp mst ops pcd pif pkg plg prf prg ps1 ps1xml ps2 ' +
    'ps2xml psc1 psc2 reg scf scr sct sh shb shs sys theme url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd ws wsc ' +
    'wsf wsh xbap xll docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm one svg html htm mht mhtml shtml xhtml'
  ).split(' '),
);

/** First octets of programs: Windows, ELF, Mach-O in its four forms, scripts with an interpreter. */
const BEGINNINGS = ['4d5a', '7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', '2321'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** By the last ending; blanks and dots behind it are what Windows drops. */
export function isRefusedName(name: string): boolean {
  const ending = /\.([^.]*)$/u.exec(name.toLowerCase().replaceAll(/[. ]+$/gu, ''))?.[1] ?? '';
  return REFUSED_ENDINGS.has(ending.trim());
}

/** By the first octets of the file. */
export function beginsLikeProgram(firstOctets: Buffer): boolean {
  return BEGINNINGS.some((beginning) => firstOctets.subarray(0, beginning.length).equals(beginning));
}
