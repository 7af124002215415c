package dev.hookbridge.envelope.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.Calls;
import dev.hookbridge.envelope.Envelopes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  /** Every one holds SECRET where a secret may stand. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<graphics type='vnc' passwd='SECRET'/>",
        "<graphics type='vnc' PassWd='SECRET'/>",
        "<x:graphics xmlns:x='u' x:passwd='SECRET'/>",
        "<a password='SECRET'/>",
        "<source protocol='https' name='n' query='SECRET'/>",
        "<source><cookies><cookie name='a'>SECRET</cookie></cookies></source>",
        "<secret type='x'>SECRET</secret>",
        "<password>SECRET</password>",
        "<m:Password xmlns:m='u'><deep>SECRET</deep></m:Password>",
        "<password><![CDATA[SECRET]]></password>",
        "<password>&#83;ECRET</password>",
        "<password>SEC<!-- -->RET</password>",
        "<password value='SECRET'/>",
        "<commandline><arg value='SECRET'/></commandline>",
        "<qemu:commandline xmlns:qemu='q'><qemu:arg value='SECRET'/><qemu:env name='A' value='SECRET'/></qemu:commandline>",
        "<xen:commandline xmlns:xen='x'><xen:arg value='SECRET'/></xen:commandline>",
        "<bhyve:commandline xmlns:bhyve='b'><bhyve:arg value='SECRET'/></bhyve:commandline>",
        "<sysinfo type='fwcfg'><entry name='opt/a'>SECRET</entry></sysinfo>",
        "<sysinfo type='smbios'><oemStrings><entry>SECRET</entry></oemStrings></sysinfo>",
        "<launchSecurity type='sev' other='SECRET'><session>SECRET</session></launchSecurity>",
        "<initenv name='TOKEN'>SECRET</initenv>",
        "<c:user-data xmlns:c='u'>SECRET</c:user-data>",
        "<source file='https://user:SECRET@host/path'/>",
        "<source file='https://SECRET@host'/>",
        "<source file='https://us@er:SECRET@host/'/>",
        "<source file='see http://a/ and ftp://u:SECRET@host/'/>",
        "<source file='http://a/http://u:SECRET@host/'/>",
        "<source file='https://host/path?sig=SECRET'/>",
        "<source file='https://host?SECRET'/>",
        "<source file='https://a/?x=https://u:SECRET@b/'/>",
        "<source file='a://b://u:SECRET@host/'/>",
        "<source file='a://b://c?SECRET'/>",
        "<source file='a://b@c://u:SECRET@h'/>",
        "<m>https://u:SECRET@host/</m>",
        "<m>https://u:SEC<!-- -->RET@host/</m>",
        "<m>https://u:SE<![CDATA[CR]]>ET@host/</m>",
        "<m>https&#58;//u:SECRET@host/</m>",
        "<!-- SECRET --><a/>",
        "<?pi SECRET?><a/>",
        "<source file=\"https://admin:it's-SECRET@h/x.iso\"/>",
        "<source file='HTTPS://User:SECRET@host/x'/>",
        "<source file='https://u:a/b#c d&quot;&lt;SECRET@host/x'/>",
        "<source file='https://u:a?b SECRET@host/x'/>",
        "<m>https://u:it's a/SECRET@host/x</m>",
        "<source file='//user:SECRET@host/share'/>",
        "<m>see //user:SECRET@host/share</m>",
        "<m>{&quot;url&quot;: &quot;https:\\/\\/u:SECRET@host&quot;}</m>",
        "<source file='https://h/x#access_token=SECRET'/>",
        "<source file='https://h/x#a=SECRET'/>",
        "<m>https://h/x#/login&amp;code=SECRET</m>",
        "<source file='https://h/?a=1 SECRET'/>",
        "<source file=\"https://h/?sig='SECRET\"/>",
        "<source protocol='https' name='x.iso?sig=SECRET'/>",
        "<source file='json:{&quot;file.driver&quot;:&quot;https&quot;,&quot;file.x&quot;:&quot;SECRET&quot;}'/>",
        "<source file='JSON: {&quot;file.username&quot;:&quot;SECRET&quot;}'/>",
        "<source protocol='rbd' name='pool/image:id=admin:key=SECRET=='/>",
        "<source file='rbd:pool/image:id=a:key=SECRET'/>",
        "<source name='pool/image:key=A\\:SECRET'/>",
        "<qemu:override xmlns:qemu='q'><qemu:device alias='d'><qemu:frontend><qemu:property name='p' type='string' value='SECRET'/></qemu:frontend></qemu:device></qemu:override>",
        "<sysinfo type='smbios'><system><entry name='serial'>ds=nocloud;s=http://h/SECRET/</entry></system></sysinfo>",
        "<sysinfo type='smbios'><chassis><entry name='asset'>x;DS=NoCloud-Net;h=a;s=http://h/SECRET/</entry></chassis></sysinfo>",
        "<os><cmdline>quiet ds=nocloud;s=http://h/SECRET/</cmdline></os>",
        "<bootloader_args>--password SECRET</bootloader_args>",
        "<server adminPass='SECRET'/>",
        "<nova:adminPass xmlns:nova='n'>SECRET</nova:adminPass>",
        "<x:admin_pass xmlns:x='n'><y>SECRET</y></x:admin_pass>",
        "<a db-password='SECRET'/>",
        "<a rootPass='SECRET'/>",
        "<api_key>SECRET</api_key>",
        "<a accessToken='SECRET'/>",
        "<a clientSecret='SECRET'/>",
        "<a secret='SECRET'/>",
        "<m><![CDATA[<graphics passwd='SECRET'/>]]></m>",
        "<m><![CDATA[<password>SECRET</password>]]></m>",
        "<m><![CDATA[<secret type='x'>SECRET</secret>]]></m>",
        "<m><![CDATA[<x:userdata\n a='b'>SECRET</x:userdata>]]></m>",
        "<m><![CDATA[<commandline><arg value='SECRET'/></commandline>]]></m>",
        "<m><![CDATA[<sysinfo><entry name='x'>SECRET</entry></sysinfo>]]></m>",
        "<m>&lt;password&gt;SECRET&lt;/password&gt;</m>",
        "<m>&amp;lt;password&amp;gt;SECRET</m>",
        "<m><![CDATA[{\"adminPass\" : \"SECRET\"}]]></m>",
        "<m><![CDATA[#cloud-config\npassword: SECRET\n]]></m>",
        "<m><![CDATA[chpasswd:\n  list: |\n    root:SECRET\n]]></m>",
        "<m>{\\&quot;password\\&quot;:\\&quot;SECRET</m>",
        "<m>Authorization: Bearer SECRET</m>",
        "<m>x?SECRET+://u@h=1</m>",
        "<user-data><a><![CDATA[SECRET]]></a></user-data>",
        "<passwd><![CDATA[]]><![CDATA[SECRET]]></passwd>",
        "<b:a xmlns:b='http://u:SECRET@host/'/>",
        "<a xmlns='http://u:SECRET@host/'/>",
        "<a xmlns:b='http://host/?SECRET'/>",
        "<a xmlns:b='http://host/#t=SECRET'/>",
        "<password xmlns:b='http://u:SECRET@host/'/>",
      })
  void noSecretSurfaces(String xml) throws IOException {
    for (String document :
        List.of(
            xml(xml),
            "<domain>" + xml + "</domain>",
            "<domain><devices><disk>" + xml + "</disk></devices></domain>")) {
      Envelope event = Calls.ENVELOPES.of(Calls.qemu(document));
      JsonNode data = Calls.data(event);
      assertThat(data.has("xml")).as(document).isTrue();
      String all = event.attributes() + new String(event.data(), StandardCharsets.UTF_8) + event;
      assertThat(all).doesNotContain("SECRET").doesNotContain("RET");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<secret type='ceph' uuid='SHOWN'/>",
        "<secret usage='SHOWN'/>",
        "<auth username='SHOWN'/>",
        "<graphics passwdValidTo='SHOWN'/>",
        "<sysinfo type='smbios'><system><entry name='serial'>SHOWN</entry></system></sysinfo>",
        "<sysinfo type='fwcfg'><entry name='SHOWN'>x</entry></sysinfo>",
        "<source name='https://host/path/SHOWN'/>",
        "<source name='https://host:80/a@SHOWN'/>",
        "<a xmlns:b='http://host/SHOWN#'/>",
        "<title>SHOWN</title>",
        "<encryption secret='6dd3e4a5-1d76-44ce-961f-f119f5aad935'/><SHOWN/>",
        "<m>What? It is //SHOWN</m>",
        "<m>https://host/x#SHOWN</m>",
        "<m>https://host/ Why? SHOWN</m>",
        "<source name='iqn.2013-07.com.example:iscsi/SHOWN'/>",
        "<source file='/var//lib/x@SHOWN.qcow2'/>",
        "<source file='/var/lib/json/SHOWN.qcow2'/>",
        "<source protocol='rbd' name='pool/image:id=SHOWN'/>",
        "<mac address='52:54:00:SHOWN'/>",
      })
  void otherValuesAreKept(String xml) throws IOException {
    assertThat(Calls.dataOf(xml(xml)).get("xml").asText()).contains("SHOWN");
  }

  @ParameterizedTest
  @CsvSource({
    "<a passwd='x' password='y'/>, 2",
    "<cookies><cookie>a</cookie><cookie>b</cookie></cookies>, 1",
    "<password/>, 0",
    "<password> </password>, 0",
    "<a passwd=''/>, 0",
    "<m>http://u@a/ http://v@b/?q</m>, 1",
    "<m>password: </m>, 0",
    "<a b='http://@h/'/>, 0"
  })
  void redactedValuesAreCounted(String xml, int count) throws IOException {
    assertThat(Calls.dataOf(xml(xml)).path("redacted").asInt()).isEqualTo(count);
  }

  /** The hook's object and the event's subject have it anyway. */
  @Test
  void theObjectsOwnNameIsNoSecret() throws IOException {
    String name = "token=7://a:b@c";
    String uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
    String guest = "<domain><name>" + name + "</name><uuid>" + uuid + "</uuid></domain>";
    Envelope event =
        Calls.ENVELOPES.of(Calls.call("qemu", Calls.bytes(name), "start", Calls.bytes(guest)));
    assertThat(event.key()).isEqualTo(uuid);
    assertThat(Calls.data(event).get("xml").asText()).isEqualTo(guest);
    assertThat(Calls.data(event).has("mismatch")).isFalse();
  }

  @Test
  void anOperatorsRulesHoldForXmlInATextToo() throws IOException {
    Redaction more = Redaction.standard().and(List.of("cmdline", "nova/owner", "@serial"));
    Envelopes envelopes = new Envelopes(Calls.HOST, more, Calls.CLOCK);
    for (String inner : List.of("<cmdline>A1", "<owner x='y'>A1", "<disk serial='A1'/>")) {
      String xml = "<domain><m><![CDATA[" + inner + "]]></m></domain>";
      assertThat(Calls.data(envelopes.of(Calls.qemu(xml))).get("xml").asText())
          .doesNotContain("A1");
    }
  }

  @Test
  void anOperatorCanAddRulesButTakeNoneAway() throws IOException {
    Redaction more = Redaction.standard().and(List.of("cmdline", "nova/owner", "@serial"));
    Envelopes envelopes = new Envelopes(Calls.HOST, more, Calls.CLOCK);
    String xml =
        "<domain><os><cmdline>A1</cmdline></os><nova><owner>B2</owner></nova><owner>C3</owner>"
            + "<disk serial='D4' passwd='E5'/></domain>";
    String shown = Calls.data(envelopes.of(Calls.qemu(xml))).get("xml").asText();
    assertThat(shown).contains("C3").doesNotContain("A1", "B2", "D4", "E5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "@", "a/b/c", "a b", "*", "a/@b", "<a>"})
  void aRuleThatIsNoneIsRefused(String rule) {
    assertThatThrownBy(() -> Redaction.standard().and(List.of(rule)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + rule + "'");
  }

  @Test
  void theStandardRulesCanBeWrittenInAConfiguration() {
    assertThat(Redaction.standard().and(Redaction.standardRules())).isNotNull();
  }

  private static String xml(String inner) {
    return "<any>" + inner + "</any>";
  }
}
