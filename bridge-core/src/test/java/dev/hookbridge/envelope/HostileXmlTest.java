package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.envelope.xml.XmlPass;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** stdin made to break, slow down or mislead whoever reads it. */
@Tag("slow")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileXmlTest {
  private static final String MALFORMED = "not well-formed XML";
  private static final String ENTITIES = "holds a document type or an entity, which is not allowed";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        " ",
        "\0",
        "<",
        "<a",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>SECRET",
        "<a b=SECRET/>",
        "<a b='1' b='SECRET'/>",
        "<a>&SECRET;</a>",
        "<a>\0</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>\u0001</a>",
        "<a>\uFFFE</a>",
        "<a>]]></a>",
        "<a b='<'/>",
        "<a><![CDATA[SECRET</a>",
        "<a><!-- -- --></a>",
        "<?xml version='1.0'?><?xml version='1.0'?><a/>",
        "<a:b:c d:e:f='SECRET'/>",
      })
  void brokenXmlIsAnEventThatQuotesNothing(String stdin) throws IOException {
    JsonNode data = Calls.dataOf(stdin);
    assertThat(data.at("/parseError/message").asText()).isEqualTo(MALFORMED);
    assertThat(data.at("/parseError/bytes").asInt()).isEqualTo(Calls.bytes(stdin).length);
    assertThat(data.has("xml")).isFalse();
    assertThat(data.toString()).doesNotContain("SECRET");
  }

  @Test
  void anErrorSaysWhere() throws IOException {
    JsonNode error = Calls.dataOf("<a>\n  <b>\n  </c>\n</a>").get("parseError");
    assertThat(error.get("line").asInt()).isEqualTo(3);
    assertThat(error.get("column").asInt()).isBetween(3, 7);
  }

  @Test
  void nothingIsFetched(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "SECRET");
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(1);
      for (String uri :
          new String[] {secret.toUri().toString(), "http://127.0.0.1:" + server.getLocalPort()}) {
        assertThat(Calls.dataOf("<!DOCTYPE a SYSTEM '" + uri + "'><a/>").get("xml").asText())
            .isEqualTo("<a/>");
        assertRefused("<!DOCTYPE a SYSTEM '" + uri + "'><a>&e;</a>", MALFORMED);
        assertRefused("<!DOCTYPE a SYSTEM '" + uri + "' []><a/>", ENTITIES);
        assertRefused("<!-- <!DOCTYPE a> --><?x <!DOCTYPE a>?><!DOCTYPE a []><a/>", ENTITIES);
        assertRefused("<!DOCTYPE a [<!ENTITY e SYSTEM '" + uri + "'>]><a>&e;</a>", ENTITIES);
        assertRefused("<!DOCTYPE a [<!ENTITY % e SYSTEM '" + uri + "'>%e;]><a/>", ENTITIES);
      }
      assertThat(isConnectedTo(server)).isFalse();
    }
  }

  private static boolean isConnectedTo(ServerSocket server) throws IOException {
    try (OutputStream out = server.accept().getOutputStream()) {
      return out != null;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void nothingIsExpanded() throws IOException {
    StringBuilder laughs = new StringBuilder("<!DOCTYPE a [<!ENTITY e0 'ha'>");
    for (int i = 1; i < 30; i++) {
      laughs.append("<!ENTITY e" + i + " '" + ("&e" + (i - 1) + ";").repeat(10) + "'>");
    }
    assertRefused(laughs + "]><a>&e29;</a>", ENTITIES);
    assertRefused(
        "<!DOCTYPE a [<!ENTITY e '"
            + "x".repeat(100_000)
            + "'>]><a>"
            + "&e;".repeat(10_000)
            + "</a>",
        ENTITIES);
    assertRefused("<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><a/>", ENTITIES);
  }

  static Stream<Arguments> notUtf8() {
    return Stream.of(
        Arguments.of(
            new byte[] {'<', 'a', '>', '\n', (byte) 0xFF, '<', '/', 'a', '>'}, "not UTF-8", 2, 1),
        Arguments.of(new byte[] {'<', 'a', '>', (byte) 0xC0, (byte) 0x80}, "not UTF-8", 1, 4),
        Arguments.of(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, "not UTF-8", 1, 1),
        Arguments.of("<a>\uFFFD</a>é".getBytes(StandardCharsets.ISO_8859_1), "not UTF-8", 1, 9),
        Arguments.of(
            new byte[] {(byte) 0xFE, (byte) 0xFF, 0, '<', 0, 'a', 0}, "not UTF-16BE", 1, 3),
        Arguments.of("<a>x</a>".getBytes(StandardCharsets.UTF_16LE), MALFORMED, 1, 2));
  }

  @ParameterizedTest
  @MethodSource
  void notUtf8(byte[] stdin, String message, int line, int column) throws IOException {
    JsonNode error = Calls.dataOf(stdin).get("parseError");
    assertThat(error.get("message").asText()).isEqualTo(message);
    assertThat(error.get("line").asInt()).isEqualTo(line);
    assertThat(error.get("column").asInt()).isEqualTo(column);
  }

  /** What libxml2 takes for libvirt. */
  static Stream<byte[]> otherEncodings() {
    String latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone='yes'?>\n<a>é</a>";
    String utf16 = "<?xml version='1.0' encoding='UTF-16'?><a>é</a>";
    return Stream.of(
        latin.getBytes(StandardCharsets.ISO_8859_1),
        latin.replace("ISO-8859-1", "windows-1252").getBytes(Charset.forName("windows-1252")),
        utf16.getBytes(StandardCharsets.UTF_16),
        utf16.getBytes(StandardCharsets.UTF_16LE),
        utf16.getBytes(StandardCharsets.UTF_16BE),
        "\uFEFF<a>é</a>".getBytes(StandardCharsets.UTF_16LE),
        "<a>é</a>".getBytes(Charset.forName("UTF-32BE")),
        "<a>é</a>".getBytes(Charset.forName("UTF-32LE")),
        ("\uFEFF" + latin).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource
  void otherEncodings(byte[] stdin) throws IOException {
    assertThat(Calls.dataOf(stdin).path("xml").asText()).isEqualTo("<a>é</a>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "utf-32le", "IBM037"})
  void anEncodingThatItIsNotInIsNotBelieved(String encoding) throws IOException {
    assertRefused(
        "<?xml version='1.0' encoding='" + encoding + "'?><a/>",
        "declared to be in an encoding that it is not in");
  }

  @Test
  void wrongDeclarationIsHeld() throws IOException {
    assertRefused(
        "<?xml version='1.0' encoding='KLINGON'?><a/>",
        "declared to be in an encoding that is not known");
    assertRefused("<?xml version='2.0'?><a/>", "not XML 1");
    assertRefused("<?xml version='1.1'?><a>&#1;</a>", MALFORMED);
    assertRefused("<?xml encoding='UTF-8'?><a/>", MALFORMED);
    assertRefused("<?xml version='1.0' encoding='UTF-8'><a/>", MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<?xml version='1.0' encoding='utf-8'?>\n<a>é</a>\n",
        "<?xml version='1.0' standalone='yes'?><a>é</a>",
        "\uFEFF<a>é</a>",
        "<a>é</a>",
        "<a><!-- comment --><?pi x?>é</a>",
        "<a><![CDATA[é]]></a>",
        "<?xml version='1.1'?><a>é</a>",
        "<!DOCTYPE a><a>é</a>",
        "<?xml version='1.0'?><!-- x --><!DOCTYPE a PUBLIC \"-//x/'\" 'y[z'><a>é</a>",
      })
  void harmlessDocumentTypeIsAccepted(String stdin) throws IOException {
    assertThat(Calls.dataOf(stdin).get("xml").asText()).isEqualTo("<a>é</a>");
  }

  @Test
  void depthIsBounded() throws IOException {
    assertThat(Calls.dataOf("<a>".repeat(200) + "</a>".repeat(200)).has("xml")).isTrue();
    assertRefused("<a>".repeat(201) + "</a>".repeat(201), "nested deeper than 200 elements");
    assertRefused("<a>".repeat(100_000), "nested deeper than 200 elements");
    assertRefused("<password>" + "<a>".repeat(100_000), "nested deeper than 200 elements");
  }

  @Test
  void sizesAreBounded() throws IOException {
    assertRefused("<a" + " x".repeat(5) + "/>", MALFORMED);
    StringBuilder attributes = new StringBuilder("<a");
    for (int i = 0; i < 100_000; i++) {
      attributes.append(" a").append(i).append("='1'");
    }
    assertRefused(attributes + "/>", "an element has more than 1000 attributes");
    assertRefused("<" + "n".repeat(100_000) + "/>", "a name is longer than 1000 characters");
    assertRefused("<a " + "n".repeat(1001) + "='1'/>", "a name is longer than 1000 characters");
    assertThat(Calls.dataOf("<" + "n".repeat(1000) + "/>").has("xml")).isTrue();
    assertRefused("<a>" + " ".repeat(XmlPass.MOST_BYTES) + "</a>", "larger than 16777216 bytes");
    assertRefused(
        "<a>" + ">".repeat(XmlPass.MOST_BYTES - 10) + "</a>",
        "larger than 33554432 characters when escaped");
  }

  @Test
  void anAttributeOf16MiBIsShownOrHiddenWhole() throws IOException {
    String value = "v".repeat(XmlPass.MOST_BYTES - 1000);
    assertThat(Calls.dataOf("<a b='" + value + "'/>").get("xml").asText())
        .isEqualTo("<a b='" + value + "'/>");
    assertThat(Calls.dataOf("<a passwd='" + value + "'/>").get("xml").asText())
        .isEqualTo("<a passwd='[redacted]'/>");
  }

  @Test
  void aTitleOf16MiBIsCutInTheSummary() throws IOException {
    String title = "a" + "😀".repeat(4_000_000);
    JsonNode data = Calls.dataOf("<domain><title>" + title + "</title></domain>");
    assertThat(data.at("/domain/title").asText()).isEqualTo("a" + "😀".repeat(499) + "…");
  }

  /** It goes out in pieces, and no URL's secret across their edges. */
  @Test
  void noSecretHidesInALongText() throws IOException {
    for (int before : new int[] {0, 65_530, 65_534, 65_535, 65_536, 65_537, 131_070, 200_000}) {
      String long1 = "<x>" + "y".repeat(before) + "http://u:S3CRET@host/" + "z".repeat(70_000);
      String xml = Calls.dataOf("<a>" + long1 + "</x></a>").get("xml").asText();
      assertThat(xml).isEqualTo("<a>" + long1.replace("u:S3CRET", "[redacted]") + "</x></a>");
    }
    for (int before = 65_400; before < 65_540; before++) {
      for (String name :
          new String[] {"password = '", "x https://h/#a=", "json: {", "<secret a='b'>"}) {
        String text = "y ".repeat(before / 2) + name.replace("<", "&lt;");
        String long1 = text + "S3CRET" + "z:1 ".repeat(40_000) + "S3CRET";
        JsonNode data = Calls.dataOf("<a><x>" + long1 + "</x><b/></a>");
        assertThat(data.get("xml").asText())
            .doesNotContain("S3CRET")
            .endsWith("[redacted]</x><b/></a>");
        assertThat(data.get("redacted").asInt()).isEqualTo(1);
      }
    }
    String pairs = "😀".repeat(100_000);
    assertThat(Calls.dataOf("<a>x" + pairs + "</a>").get("xml").asText())
        .isEqualTo("<a>x" + pairs + "</a>");
  }

  /** Whether it is written at once or measured first makes no difference. */
  @Test
  void aLargeDocumentIsWrittenAsASmallOneIs() throws IOException {
    String odd = "<b c='\"\\&#9;&lt;é😀'>\"\\\t\u007f\u0080\u07ff\u0800\uffed&#x10FFFF;</b>";
    String small = Calls.dataOf("<a>" + odd + "</a>").get("xml").asText();
    String large = Calls.dataOf("<a>" + odd.repeat(20_000) + "</a>").get("xml").asText();
    String one = small.substring(3, small.length() - 4);
    assertThat(large).isEqualTo("<a>" + one.repeat(20_000) + "</a>");
  }

  @Test
  void manyInterfacesAreListedUpToABound() throws IOException {
    String nic = "<interface type='network'><mac address='52:54:00:00:00:01'/></interface>";
    JsonNode data = Calls.dataOf("<domain><devices>" + nic.repeat(200_000) + "</devices></domain>");
    assertThat(data.at("/domain/interfaces")).hasSize(1000);
    assertThat(data.get("xml").asText()).hasSizeGreaterThan(10_000_000);
  }

  @Test
  void theFiveEntitiesAreNoHostility() throws IOException {
    String some = "&lt;&gt;&amp;&quot;&apos;&#38;".repeat(100_000);
    JsonNode data = Calls.dataOf("<a b='" + some + "'>" + some + "</a>");
    assertThat(data.get("xml").asText())
        .hasSizeGreaterThan(4_000_000)
        .startsWith("<a b='&lt;>&amp;\"&apos;&amp;&lt;");
  }

  /** What would take time in the square of the size takes minutes here, and the test its limit. */
  @Test
  void timeGrowsWithSizeOnly() throws IOException {
    StringBuilder namespaces = new StringBuilder();
    for (int i = 0; i < 500_000; i++) {
      namespaces.append("<a xmlns:n").append(i).append("='u'/>");
    }
    assertThat(Calls.dataOf("<r>" + namespaces + "</r>").has("xml")).isTrue();
    assertThat(Calls.dataOf("<r>" + "<a/>".repeat(4_000_000) + "</r>").has("xml")).isTrue();
    assertThat(Calls.dataOf("<r>" + "://@?".repeat(3_000_000) + "</r>").has("xml")).isTrue();
    assertThat(Calls.dataOf("<r>" + "a&amp;".repeat(2_500_000) + "</r>").has("xml")).isTrue();
    assertThat(Calls.dataOf("<r>" + "://".repeat(5_000_000) + "</r>").has("xml")).isTrue();
    for (String part :
        List.of("a://@", "a=", "a: ", "# ", "#a", "\"'", "\"=", "\\/", "//", "{ ", "/:")) {
      String text = part.repeat((XmlPass.MOST_BYTES - 100) / part.length());
      assertThat(Calls.dataOf("<r>" + text + " ?</r>").has("xml")).as(part).isTrue();
      String value = part.replace('"', '(').replace('\'', ')').repeat(1_000_000);
      assertThat(Calls.dataOf("<r a='" + value + "'/>").has("xml")).as(part).isTrue();
    }
    assertThat(Calls.dataOf("<r>" + "&lt;a ".repeat(2_500_000) + "</r>").has("xml")).isTrue();
  }

  @Test
  void aLookalikeOfTheSummaryIsNotBelieved() throws IOException {
    JsonNode data =
        Calls.dataOf(
            "<domain><metadata><domain><name>no</name><devices><disk/></devices></domain>"
                + "<devices><disk/></devices></metadata><name>yes</name><name>no</name></domain>");
    assertThat(data.at("/domain/name").asText()).isEqualTo("yes");
    assertThat(data.at("/domain/disks")).isEmpty();
    assertThat(Calls.dataOf("<other><domain><name>no</name></domain></other>").has("domain"))
        .isFalse();
  }

  private static void assertRefused(String stdin, String message) throws IOException {
    JsonNode data = Calls.dataOf(stdin);
    assertThat(data.at("/parseError/message").asText()).isEqualTo(message);
    assertThat(data.has("xml")).isFalse();
  }
}
