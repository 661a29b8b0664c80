/**
 * Names that people and firms have who are on no list: common ones of many nations, firms called by one word, by
 * letters, or by what they do. What screening makes of them is what it costs those it does not mean.
 */
export const ORDINARY_NAMES: readonly string[] = `
Wei Zhang, Sergey Ivanov, Ali Hassan, Ali Khan, Nico, Li Wei, Wang Fang, Chen Jing, Kim Min, Lee Kim, Park Ji-hoon
Nguyen Van An, Tran Thi Mai, Rahul Sharma, Priya Patel, Amit Kumar, Siti Rahma, Budi Santoso, Yuki Tanaka, Hiroshi Sato
Mohammed Ali, Ahmed Hassan, Fatima Ahmed, Omar Khan, Hussein Ali, Abdul Rahman, Ibrahim Ahmed, Aisha Mohamed, Khalid Mahmoud
Amina Yusuf, Khadija Osman, Reza Hosseini, Leila Karimi, Ali Yilmaz, Mehmet Demir, Fatma Kaya, Mustafa Ozturk, Yusuf Aydin
Elena Ivanova, Ivan Petrov, Dmitri Popov, Olga Smirnova, Oleksandr Shevchenko, Anna Nowak, Jan Kowalski, Petr Svoboda
Ion Popescu, Nikos Papadopoulos, Milan Jovanovic, Janos Nagy, Erik Johansson, Lars Hansen, Matti Virtanen, Jonas Kazlauskas
Petra Müller, Hans Schmidt, Daniel Klein, Michael Weber, Paul Becker, Peter Wagner, Thomas Fischer, Victoria Lang
Giuseppe Rossi, Marco Bianchi, Pierre Martin, Marie Dubois, Sophie Laurent, Jan de Vries, Sanne Bakker, Denise Hofer
Maria Silva, Jose Santos, Joao Pereira, Rita Ferreira, Ines Costa, Maria Garcia, Jose Garcia, Ana Garcia, Juan Perez
Carlos Lopez, Luis Martinez, Pedro Gonzalez, Carmen Ruiz, Jorge Hernandez, Diego Torres, Camila Rojas, Lucia Fernandez
John Smith, James Brown, Emma Jones, Olivia Taylor, Noah Wilson, Liam Davies, David Cohen, Yael Levi, Sean Murphy
Samuel Okafor, Grace Mensah, Kwame Boateng, Chidi Obi, Wanjiru Kamau, Tendai Moyo, Thabo Nkosi, Abebe Bekele
Aqua GmbH, Vista AG, Atlantic Co. Ltd, Amber Limited, ICI plc, Baikal GmbH, Pioneer Ltd, Horizon GmbH, Alpha, Bella
Sabrina & Co, Alco S.r.l., Bright Ltd, Stream LLC, Aries, Intercontinental, Delta Company, Star Ltd, Atlas GmbH, Nova Ltd
Orion SA, Apex, Sigma AG, Mega Ltd, Phoenix AG, Victoria Versicherung, Horizon Travel, Pioneer Foods, Atlantic Seafood
Arizona Grill, Crystal Palace, Sunrise Bakery, Terminal Hotel, Solid Construction, Canal Plus, Galapagos Reisen
H&M, C&A, B&Q, K+S AG, 1&1, P&C, Siemens AG, Deutsche Telekom AG, Bank of America, Commerzbank AG, Air France, Iberia
National Bank, Stadtwerke Köln, Amazon EU Sarl, Google Ireland Limited, Vodafone GmbH, Rose Trading, Global Trading Company
Blue Sky Trading, Star Shipping, General Trading LLC, Al Noor Trading, Ocean Shipping, Green Energy Solutions
`
  .split(/[,\n]/)
  .map((name) => name.trim())
  .filter((name) => name !== '')
