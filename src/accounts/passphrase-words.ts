/**
 * The words of the passphrases that we offer: short, plain, easy to spell and to tell on the telephone, and nothing
 * that embarrasses. Adding or removing words changes only what is offered from then on.
 */
export const PASSPHRASE_WORDS: readonly string[] = `
acorn actor admit adopt adult afford after again agent agree ahead alarm album alert alive alley allow
almond alone along alpha amber amount ample anchor angle animal ankle answer antler anvil apple apron
arcade arch arena argue armor arrow artist ascend aspen atlas attic aunt autumn avenue avocado awake award
aware awning badge badger bagel baker balance balcony ball bamboo banana band banjo bank banner barber
bark barley barn barrel basil basin basket batch bath baton beach bead beam bean bear beaver become
bedrock beech beef before begin behind bell belong below belt bench berry beside better beyond bicycle
bird biscuit bishop bison bitter blanket blaze blend block blossom blue board boat body bold bolt bonfire
bonus book boot border bottle bottom boulder bounce bowl branch brass brave bread break breeze brick
bridge bright bring broad bronze brook broom brother brown brush bubble bucket buckle budget buffalo build
bulb bunch bundle burrow butter button cabbage cabin cable cactus cake calm camel camera camp canal candle
candy canoe canvas canyon captain caravan carbon card cargo carpet carrot carry cart carve castle catch
cave cedar cello cement center cereal chain chair chalk chance change chapel chapter charm chart cheese
cherry chess chest chicken child chimney choice choose church cinema circle circus citizen city clam class
clay clean clear clever cliff climb clock close cloth cloud clover clown coach coal coast coat cocoa
coconut coffee coin cold collar color column comb comet comfort common compass concert cook cookie cool
copper coral cork corn corner cotton couch count country couple course cousin cover coyote crab cradle
craft crane crater crayon cream creek cricket crisp crop cross crowd crown cruise crumb crystal cube
cuckoo curl current curtain curve cushion custom cycle daisy dance daring dawn daylight decade decide deep
deer delta denim depth desert design desk detail dial diamond diary dinner dish distant dive doctor
dolphin domino donkey door double dough dove dozen dragon drama draw dream dress drift drink drive drum
duck dune dusk dust duty eager eagle early earth easel east easy echo edge eight elbow elder ember empty
endless energy engine enjoy enough enter equal errand escape evening event every exact example explore
extra fabric face factory fair falcon family famous fancy farmer fast father feast feather fence fern
ferry festival fiddle field fifteen figure film final find finger finish firefly first fish five flag
flame flannel flat flavor fleet flint float flock flood floor flour flow flower flute foam focus folder
follow food foot forest forget fork form fort fossil fountain four frame fresh friend frog front frost
fruit full funnel future galaxy gallery game garage garden garlic gate gather gentle giant ginger giraffe
glacier glad glass glide globe glove glow goat gold goose grain granite grape grass gravel gravy great
green grid grill grocer ground group grove grow guard guest guide guitar gulf habit half hall hammer
hammock hand happy harbor hard harp harvest hawk hazel head health heart heat heavy hedge height helmet
help herb herd hero heron hidden high hill hinge hobby hold hollow home honest honey hood hope horizon
horn horse hotel hour house humble hundred hunter hurry husky icicle igloo inch index indigo inside invent
iris iron island ivory jacket jaguar jasmine jelly jewel join journal journey joyful judge juice jump
jungle junior juniper kayak keep kettle kind king kiosk kitchen kite kitten kiwi knee knife knit knot
koala label ladder lake lamb lamp land lantern large laser later laugh laundry lawn layer leader leaf
learn leather leave ledge left lemon lend length lens leopard lesson letter level library light lilac lily
limit linen lion list little lizard lobster local lodge logic long loop lotus loud loyal lucky lunar lunch
magic magnet mail main major mango manor maple marble march margin market marsh mask master match meadow
meal measure medal melody melon melt member memory mentor menu merry metal meter middle midnight mild milk
mill mind mineral mint minute mirror mitten mixer model modern moment monkey month moon moose morning
mosaic moss mother motor mountain mouse mouth movie muffin mule museum mushroom music mustard napkin
narrow nature near neat nectar needle nephew nest nickel niece night nine noble noise noodle north notch
notebook novel number nurse nutmeg oasis oatmeal object ocean octave offer office olive omelet onion open
opera orange orbit orchard orchid order organ origin ostrich other otter outdoor outer oval oven owner
oyster paddle page paint palace palm panda panel panther papaya paper parade parcel park parrot parsley
parsnip partner party passage pasta pastel patch path patrol pattern peach peak peanut pear pearl pebble
pecan pelican pencil penguin pepper perfume phone photo piano pickle picnic pigeon pilot pine pink pioneer
pipe pirate pitcher pizza place plain planet plant plate plaza pledge plenty plum pocket poem point polar
polish pond pony pool poplar poppy porch portrait possum post potato pottery powder prairie present press
pretty price print prize proper proud pudding puffin pulse pumpkin puppet purple puzzle pyramid quail
quarter quartz queen quest quick quiet quilt quince quiver rabbit raccoon radio radish rail rain raisin
ranch range rapid raven reach ready reason recipe record reef relax remain repair rescue rest return
reward rhyme rhythm ribbon rice ridge right ring ripple rise river road roast robin robot rocket roll roof
room rooster root rope rose round route royal ruby rudder ruler rustic saddle saffron sage sail salad
salmon salt sample sand sandal sardine satin sauce scale scarf scene school science scooter score scout
screen sculpt season second secret seed select senior seven shade shadow shape share sharp sheep shelf
shell shine ship shirt shoe shop shore short shoulder shovel show shower side sign signal silent silk
silver simple singer sister sketch skill sleep sleeve slice slide slow small smart smile smoke smooth
snack snail snow soap soccer social soft soil solar solid song sonnet soup source south space spark speak
special spend spice spider spinach spiral spoon sport spray spring spruce square squash squid stable
stadium stage stair stamp stand star start station statue steady steam steel stem step stereo stick still
stone stool store storm story stove straw stream street string stripe strong studio sugar summer summit
sunrise sunset super supper surf surprise swan sweet swift swim swing symbol syrup table tablet talent
tall tango taste teach teal team temple tennis tent thank theater thicket thimble third thirteen thistle
thread three thrive thunder ticket tiger timber time tiny toast today together tomato tone tongue tool
tooth topaz torch tortoise total toucan touch towel tower town track tractor trade trail train travel
treasure tree triangle tribe trolley trophy trout truck trumpet trunk trust tulip tundra tunnel turkey
turn turnip turtle twelve twenty twig twin umbrella uncle under unicorn union unity upper useful usual
vacuum valley vanilla vase velvet vendor verse vessel victory video view village vine vintage violet
violin visit vivid voice volcano voyage waffle wagon walk wallet walnut walrus warm wash water wave
weather weave wedge week west whale wheat wheel whisper whistle white wicker wide wild willow wind window
winner winter wisdom wolf wonder wood wool word work world woven wren wrist writer yard yarn year yellow
yogurt young zebra zero zipper zone
`
  .trim()
  .split(/\s+/u);
