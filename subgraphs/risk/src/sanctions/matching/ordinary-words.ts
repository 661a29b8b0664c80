/**
 * Words of every day that firms are called by alone, five letters and more, as `readName` leaves them: somebody on a list may be,
 * and so are many others. A list cannot tell them, for there they are rare. They are found where they stand alone; beside
 * another word they say nothing.
 */
export const ORDINARY_WORDS: ReadonlySet<string> = new Set(
  [
    // What is done, sold and aimed at.
    'terminal canal solid valor impulse leverage unica unidas recreo edificar negociar desarrollar technolab fastlink wayside ' +
      'handyman postbank futurebank genbank transoil transservice transservis inovest mixinfo mediasintez teleservice express ' +
      'global general universal central standard premium quality service services solutions systems digital energy power ' +
      'capital invest finance credit trust union alliance partner partners network media studio design market trade traders ' +
      'export import transit transport logistic logistics express cargo marine maritime technology industry industries ' +
      'company group holding holdings international intercontinental oriental pacific atlantic',
    // What is praised and believed.
    'victory glory truth freedom liberty justice honesty courage success fortune destiny happiness felicity infinity humanity ' +
      'progress future harmony unity elite loyal noble royal prime superior majestic splendour precious crystal diamond ' +
      'pioneer explorer voyager maestro patriot leader leadership champion master aleph alpha delta gamma omega sigma',
    // Nature and sky.
    'forest river ocean gorge stone maples melon rainbow sunrise sunset sunshine horizon skyline stream bright amber coral ' +
      'summer winter spring autumn eagle eagles falcon sparrow swallow seagull horse tiger lotus magnolia camellia gardenia ' +
      'marigold blossom carnation daisy azalea alborada gaviotas jupiter venus saturn neptune apollo orion phoenix pegasus ' +
      'hydra aries galaxy cosmos atlas titan atlantis',
    // Places that are in many names.
    'africa america europa europe arabia arizona california florida texas panamericana galapagos macedonia hebron ibadan ' +
      'pontevedra creta napoli dover devon sevastopol baikal vizcaya viscaya volga london paris berlin madrid milano vienna',
    // First and last names.
    'denise donata daniel david maria marina mariana christina victoria sabrina serena bella linda diana helena hermann ' +
      'castor theodoros sebastiano valladares tremaine makin zulkarnaen santoso inayatullah abdulasattar ismael salim ' +
      'andre martin thomas peter robert alberto antonio carlos fatima ahmed mohammed hassan ibrahim yousef',
  ]
    .join(' ')
    .split(' '),
)
