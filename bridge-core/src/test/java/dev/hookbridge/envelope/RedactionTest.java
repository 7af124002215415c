package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.Envelope;
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
        "<a xmlns:b='http://host/?SHOWN'/>",
        "<title>SHOWN</title>",
      })
  void whatIsNoSecretStays(String xml) throws IOException {
    assertThat(Calls.dataOf(xml(xml)).get("xml").asText()).contains("SHOWN");
  }

  @ParameterizedTest
  @CsvSource({
    "<a passwd='x' password='y'/>, 2",
    "<cookies><cookie>a</cookie><cookie>b</cookie></cookies>, 1",
    "<password/>, 0",
    "<password> </password>, 0",
    "<a passwd=''/>, 0",
    "<m>http://u@a/ http://v@b/?q</m>, 1"
  })
  void whatWasTakenOutIsCounted(String xml, int count) throws IOException {
    assertThat(Calls.dataOf(xml(xml)).path("redacted").asInt()).isEqualTo(count);
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
