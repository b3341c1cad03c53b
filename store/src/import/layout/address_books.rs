//! Address books.

use super::{Address, Fields, Layout};

const GOOGLE: Fields = &[
    (
        "name",
        "{First Name}+{Middle Name}+{Last Name}+{Name Suffix}|{File As}|{Nickname}|{E-mail 1 - Value}|{Organization Name}",
    ),
    ("job_title", "{Organization Title}"),
    ("department", "{Organization Department}"),
    ("phones", "{Phone 1 - Value}; {Phone 2 - Value}; {Phone 3 - Value}; {Phone 4 - Value}"),
    ("emails", "{E-mail 1 - Value}; {E-mail 2 - Value}; {E-mail 3 - Value}"),
    ("birth_date", "{Birthday}"),
    ("tags", "{Labels}"),
    ("description", "{Notes}"),
];

const GOOGLE_OLD: Fields = &[
    (
        "name",
        "{Name}|{Given Name}+{Additional Name}+{Family Name}+{Name Suffix}|{E-mail 1 - Value}|{Organization 1 - Name}",
    ),
    ("job_title", "{Organization 1 - Title}"),
    ("department", "{Organization 1 - Department}"),
    ("phones", "{Phone 1 - Value}; {Phone 2 - Value}; {Phone 3 - Value}; {Phone 4 - Value}"),
    ("emails", "{E-mail 1 - Value}; {E-mail 2 - Value}; {E-mail 3 - Value}"),
    ("birth_date", "{Birthday}"),
    ("tags", "{Group Membership}|{Labels}"),
    ("description", "{Notes}"),
];

const OUTLOOK: Fields = &[
    (
        "name",
        "{First Name}+{Middle Name}+{Last Name}+{Suffix}|{Display Name}|{E-mail Display Name}|{E-mail Address}|{Company}",
    ),
    ("job_title", "{Job Title}"),
    ("department", "{Department}"),
    (
        "phones",
        "{Mobile Phone}; {Business Phone}; {Business Phone 2}; {Primary Phone}; {Home Phone}; {Company Main Phone}",
    ),
    ("emails", "{E-mail Address}; {E-mail 2 Address}; {E-mail 3 Address}"),
    ("birth_date", "{Birthday}"),
    ("tags", "{Categories}"),
    ("description", "{Notes}"),
];

const OUTLOOK_ZH: Fields = &[
    ("name", "{名}+{中间名}+{姓}+{后缀}|{电子邮件显示名称}|{电子邮件地址}|{单位}"),
    ("job_title", "{职务}"),
    ("department", "{部门}"),
    ("phones", "{移动电话}; {商务电话}; {商务电话 2}; {主要电话}; {住宅电话}; {单位主要电话}"),
    ("emails", "{电子邮件地址}; {电子邮件 2 地址}; {电子邮件 3 地址}"),
    ("birth_date", "{生日}"),
    ("tags", "{类别}"),
    ("description", "{附注}"),
];

const OUTLOOK_DE: Fields = &[
    ("name", "{Vorname}+{Weitere Vornamen}+{Nachname}+{Suffix}|{E-Mail: Angezeigter Name}|{E-Mail-Adresse}|{Firma}"),
    ("job_title", "{Position}"),
    ("department", "{Abteilung}"),
    (
        "phones",
        "{Mobiltelefon}; {Telefon geschäftlich}; {Telefon geschäftlich 2}; {Haupttelefon}; {Telefon (privat)}; {Telefon Firma}",
    ),
    ("emails", "{E-Mail-Adresse}; {E-Mail 2: Adresse}; {E-Mail 3: Adresse}"),
    ("birth_date", "{Geburtstag}"),
    ("tags", "{Kategorien}"),
    ("description", "{Notizen}"),
];

const THUNDERBIRD: Fields = &[
    ("name", "{Display Name}|{First Name}++{Last Name}|{Nickname}|{Primary Email}|{Organization}"),
    ("job_title", "{Job Title}"),
    ("department", "{Department}"),
    ("phones", "{Mobile Number}; {Work Phone}; {Home Phone}"),
    ("emails", "{Primary Email}; {Secondary Email}"),
    ("birth_date", "{Birth Year}-{Birth Month}-{Birth Day}"),
    ("description", "{Notes}"),
];

const GOOGLE_ADDRESS: Address = [
    "{Address 1 - Street}",
    "{Address 1 - City}",
    "{Address 1 - Region}",
    "{Address 1 - Postal Code}",
    "{Address 1 - Country}",
];
const OUTLOOK_ADDRESS: Address = [
    "{Business Street}|{Home Street}|{Other Street}",
    "{Business City}|{Home City}|{Other City}",
    "{Business State}|{Home State}|{Other State}",
    "{Business Postal Code}|{Home Postal Code}|{Other Postal Code}",
    "{Business Country/Region}|{Business Country}|{Home Country/Region}|{Home Country}",
];
const OUTLOOK_ZH_ADDRESS: Address = [
    "{商务地址 街道}|{住宅地址 街道}|{其他地址 街道}",
    "{商务地址 市/县}|{住宅地址 市/县}|{其他地址 市/县}",
    "{商务地址 省/市/自治区}|{住宅地址 省/市/自治区}|{其他地址 省/市/自治区}",
    "{商务地址 邮政编码}|{住宅地址 邮政编码}|{其他地址 邮政编码}",
    "{商务地址 国家/地区}|{住宅地址 国家/地区}|{其他地址 国家/地区}",
];
const OUTLOOK_DE_ADDRESS: Address = [
    "{Straße geschäftlich}|{Straße privat}|{Weitere Straße}",
    "{Ort geschäftlich}|{Ort privat}|{Weiterer Ort}",
    "{Region geschäftlich}|{Bundesland/Kanton privat}|{Region privat}",
    "{Postleitzahl geschäftlich}|{Postleitzahl privat}|{Weitere Postleitzahl}",
    "{Land/Region geschäftlich}|{Land/Region privat}|{Weiteres/e Land/Region}",
];
const THUNDERBIRD_ADDRESS: Address = [
    "{Work Address}, {Work Address 2}|{Home Address}, {Home Address 2}",
    "{Work City}|{Home City}",
    "{Work State}|{Work County}|{Home State}|{Home County}",
    "{Work ZipCode}|{Work Post Code}|{Home ZipCode}|{Home Post Code}",
    "{Work Country}|{Home Country}",
];

pub(super) const ALL: &[Layout] = &[
    people("google", &["First Name", "Middle Name", "Last Name", "Organization Name"], GOOGLE)
        .at(GOOGLE_ADDRESS)
        .company("Organization Name")
        .website("Website 1 - Value"),
    people("google", &["Name", "Given Name", "Family Name"], GOOGLE_OLD)
        .at(GOOGLE_ADDRESS)
        .company("Organization 1 - Name")
        .website("Website 1 - Value"),
    people("outlook", &["First Name", "Last Name", "E-mail Address", "Business Phone", "Business Street"], OUTLOOK)
        .at(OUTLOOK_ADDRESS)
        .company("Company")
        .website("Web Page"),
    people("outlook", &["名", "姓", "单位", "电子邮件地址"], OUTLOOK_ZH)
        .at(OUTLOOK_ZH_ADDRESS)
        .company("单位")
        .website("网页"),
    people("outlook", &["Vorname", "Nachname", "Firma", "E-Mail-Adresse", "Telefon geschäftlich"], OUTLOOK_DE)
        .at(OUTLOOK_DE_ADDRESS)
        .company("Firma")
        .website("Webseite"),
    people("thunderbird", &["Display Name", "Primary Email", "Secondary Email"], THUNDERBIRD)
        .at(THUNDERBIRD_ADDRESS)
        .company("Organization|Organisation")
        .website("Web Page 1|Web Page 2"),
];

const fn people(code: &'static str, marks: &'static [&'static str], fields: Fields) -> Layout {
    Layout::of(code, "contact", "emails", marks, fields)
}
