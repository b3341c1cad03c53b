use super::*;
use crate::mail::fuzzing::harmless;

#[test]
fn nothing_that_acts_gets_through() {
    for attack in [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"x\" onerror = 'alert(1)'>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" java\nscript:alert(1)\">x</a>",
        "<a href=\"&#106;avascript:alert(1)\">x</a>",
        "<a href=\"vbscript:x\">x</a>",
        "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
        "<iframe src=\"https://evil.example\"></iframe>",
        "<iframe srcdoc=\"<script>alert(1)</script>\">",
        "<object data=x></object><embed src=x>",
        "<form action=https://evil.example><input name=password><button>Sign in</button></form>",
        "<base href=https://evil.example/>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<style>@import 'https://evil.example/x.css'; body{display:none}</style>",
        "<div style=\"background:url(https://evil.example/x)\">x</div>",
        "<div style=\"background:u\\72l(https://evil.example/x)\">x</div>",
        "<div style=\"width:expression(alert(1))\">x</div>",
        "<div style=\"-moz-binding:url(x)\">x</div>",
        "<div style=\"background:image-set('https://evil.example/x' 1x)\">x</div>",
        "<td background=https://evil.example/x>x</td>",
        "<img srcset=\"https://evil.example/x 2x\">",
        "<video src=https://evil.example/x poster=https://evil.example/y></video>",
        "<template><img src=x onerror=alert(1)></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<textarea><img src=x onerror=alert(1)></textarea>",
        "<title><img src=x onerror=alert(1)></title>",
        "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">",
        "<img src=\"/api/logout\">",
        "<img data-remote-src=\"javascript:alert(1)\">",
        "<a target=_self href=https://a.example>x</a>",
        "<p id=\"app\" class=\"modal\" onclick=x>x</p>",
        "<<script>script>alert(1)<</script>/script>",
        "<img src=\"cid:x\" onload=alert(1)",
        "<!--><script>alert(1)</script>-->",
        "<xmp><script>alert(1)</script></xmp>",
        "<plaintext><script>alert(1)",
        "<div style='color:red\"><script>alert(1)</script>'>x</div>",
        "<font color='\"><img src=x onerror=alert(1)>'>x</font>",
    ] {
        for out in [mail(attack), written(attack, &["/files/"])] {
            harmless(&out);
            assert!(!out.contains("alert(1)\"") && !out.contains("/api"), "{out} of {attack}");
            let shown = to_text(&out);
            assert!(!shown.contains("@import") && !shown.contains("Password"), "{shown} of {attack}");
        }
    }
}

#[test]
fn what_letters_look_like_stays() {
    let html = "<h1>Hello</h1><p style=\"color: #333; font-family: 'Segoe UI', sans-serif\">A <b>bold</b> <i>word</i><br>next</p>\
                <ul><li>one</li></ul><table border=\"1\"><tbody><tr><td colspan=\"2\" bgcolor=\"#eee\">cell</td></tr></tbody></table>";
    let out = mail(html);
    assert_eq!(
        out,
        html.replace("color: #333; font-family: ", "color:#333;font-family:").replace("'Segoe UI'", "'segoe ui'")
    );
}

#[test]
fn links_open_apart_and_tell_nothing() {
    let out = mail("<a href=\"https://example.com/?a=1&amp;b=2\" rel=opener>x</a>");
    assert!(out.contains("rel=\"noopener noreferrer nofollow\"") && out.contains("target=\"_blank\""), "{out}");
    assert!(out.contains("href=\"https://example.com/?a=1&amp;b=2\""), "{out}");
    assert!(mail("<a href=\"/settings\">x</a>").find("href").is_none());
    assert!(mail("<a href=\"mailto:a@b.c\">x</a><a href=\"tel:+86\">x</a>").matches("href").count() == 2);
}

#[test]
fn images_from_elsewhere_wait_until_they_are_asked_for() {
    let out = mail(
        "<img src=\"https://track.example/p.gif?u=1&amp;v\" width=1 height=1><img src=\"//cdn.example/x.png\"><img src=\"http:\\\\odd.example\\x\">",
    );
    assert!(out.contains("data-remote-src=\"https://track.example/p.gif?u=1&amp;v\""), "{out}");
    assert!(out.contains("data-remote-src=\"https://cdn.example/x.png\""), "{out}");
    assert!(!out.contains(" src="), "{out}");
}

#[test]
fn images_in_the_html_itself_are_pictures_only() {
    assert!(mail("<img src=\"data:image/png;base64,iVBORw0KGgo=\">").contains(" src=\"data:image/png"));
    assert!(mail("<img src=\"DATA:Image/JPEG;base64,/9j/\">").contains(" src="));
    assert!(!mail("<img src=\"data:text/html;base64,xx\">").contains("src"));
    assert!(!mail("<img src=\"data:image/png,<svg>\">").contains("src"));
}

#[test]
fn images_of_the_letter_get_their_address_when_it_is_known() {
    let out = mail("<p>data-cid=\"x\"</p><img src=\"cid:a%40b\" alt=\"A\"><img src=\"cid:unknown\">");
    let placed = place_images(&out, |cid| (cid == "a@b").then(|| "/x?\"><script>".to_owned()));
    assert!(placed.contains("src=\"/x?&quot;&gt;&lt;script&gt;\""), "{placed}");
    assert!(placed.starts_with("<p>data-cid=\"x\"</p>") && placed.contains("data-cid=\"unknown\""), "{placed}");
}

#[test]
fn nothing_leaves_its_place() {
    let style = |style: &str| mail(&format!("<p style=\"{style}\">x</p>"));
    for bad in [
        "position:fixed",
        "z-index:9",
        "top:0",
        "margin-left:-999px",
        "margin:0 -9px",
        "transform:scale(9)",
        "width:99999px",
        "height:calc(100vh)",
        "text-indent:-999px",
        "display:grid",
        "opacity:0",
        "content:'x'",
        "color:red;/**/position:fixed",
        "color:var(--x)",
        "inset:0",
    ] {
        let out = style(bad);
        assert!(!out.contains("style") || out == "<p style=\"color:red\">x</p>", "{bad}: {out}");
    }
    assert_eq!(
        style("COLOR: Red; Position: absolute; border-top: solid #E1E1E1 1.0pt"),
        "<p style=\"color:red;border-top:solid #e1e1e1 1.0pt\">x</p>"
    );
    assert_eq!(
        style("color:rgb(1, 2, 3) !important;margin:0 auto"),
        "<p style=\"color:rgb(1, 2, 3);margin:0 auto\">x</p>"
    );
}

#[test]
fn agents_write_less_and_only_show_their_own_images() {
    let out = written(
        "<h2>Hi</h2><font color=red>x</font><img src=\"/files/1.png\"><img src=\"/api/x\"><img src=\"https://a.b/c\"><img src=\"cid:x\">\
                       <img src=\"/files/../api\"><img src=\"//files/\">",
        &["/files/"],
    );
    assert_eq!(out, "<h2>Hi</h2>x<img src=\"/files/1.png\"><img src=\"cid:x\">");
}

#[test]
fn cleaning_twice_changes_nothing() {
    for html in [
        "<p>a<p>b<div>c",
        "<b><p>x</b>y</p>",
        "a & b < c",
        "<table>x<tr><td>y",
        "<ul><li>a<li>b</ul>",
        "<img src=cid:a><img src=https://a.b/>",
        "<a href=https://a.b/?x=\"y>z</a>",
    ] {
        let once = mail(html);
        assert_eq!(mail(&once), once, "{html}");
    }
}

#[test]
fn what_is_not_closed_or_nested_wrongly_is_put_in_order() {
    assert_eq!(mail("<p>a<p>b"), "<p>a</p><p>b</p>");
    assert_eq!(mail("<ul><li>a<li>b</ul>c"), "<ul><li>a</li><li>b</li></ul>c");
    assert_eq!(
        mail("<table><tr><td>a<td>b<tr><td>c</table>"),
        "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>"
    );
    assert_eq!(mail("<div>a</span></b></div>b"), "<div>a</div>b");
    assert_eq!(mail("<td>x</div></td></table>"), "x");
    assert_eq!(mail("a < b && c > d"), "a &lt; b &amp;&amp; c &gt; d");
    assert_eq!(mail("<style>p{}"), "p{}");
    assert_eq!(mail("<!-- x -->a<!DOCTYPE html><![if !vml]>b<![endif]>"), "ab");
}

#[test]
fn text_of_html_reads_well() {
    let html = "<p>Hello&nbsp;<b>World</b> &lt;3</p><p>Second\n  line</p><ul><li>one</li><li>two<ol start=3><li>three</li></ol></li></ul>\
                <blockquote type=cite>old<blockquote>older</blockquote></blockquote><p>See <a href=\"https://a.example/x\">here</a> or \
                <a href=\"https://b.example\">b.example</a></p><table><tr><td>a</td><td>b</td></tr></table><pre>x\n  y</pre><img alt=\"logo\">";
    assert_eq!(
        to_text(html),
        "Hello World <3\n\nSecond line\n\n- one\n- two\n  3. three\n> old\n> > older\nSee here <https://a.example/x> or b.example\n\na b\nx\n  y\n[logo]"
    );
    assert_eq!(to_text("<style>x</style><title>y</title>\u{200b}\u{ad}<div> </div>"), "");
}

#[test]
fn text_becomes_html_that_shows_it() {
    assert_eq!(from_text("a <b>\n\nc & d\n"), "<div>a &lt;b&gt;<br><br>c &amp; d</div>");
    assert_eq!(to_text(&from_text("a <b>\n\nc & \"d\"")), "a <b>\n\nc & \"d\"");
}
