package dev.hookbridge.envelope.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.docs.Page;
import dev.hookbridge.envelope.Calls;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The list in {@code docs/events.md} is what is redacted: nothing less, and nothing more. */
class RedactionListTest {
  private static final Page PAGE = Page.of("docs/events.md");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final String SECRET = "S3CRET";

  @Test
  void everyRuleOfTheCodeIsListedAndNoOther() {
    assertThat(new TreeSet<>(lower(row("elements and attributes whose name ends in one of"))))
        .isEqualTo(new TreeSet<>(SecretNames.ENDINGS));
    Set<String> rules = new HashSet<>(row("other attributes"));
    rules.addAll(row("other elements"));
    assertThat(rules).isEqualTo(new HashSet<>(Redaction.standardRules()));
  }

  @TestFactory
  Stream<DynamicTest> whatIsListedIsRedacted() {
    Stream<String> ends =
        row("elements and attributes whose name ends in one of").stream()
            .flatMap(
                end ->
                    Stream.of(
                        element(end),
                        element("x:my_" + end.toUpperCase(Locale.ROOT)),
                        "<a " + end + "='" + SECRET + "'/>",
                        "<a x:db-" + end + "='" + SECRET + "'/>",
                        text("my." + end + "=" + SECRET),
                        text("'" + end + "' : " + SECRET),
                        text("<" + end + " a='b'>" + SECRET)));
    Stream<String> attributes =
        row("other attributes").stream()
            .map(rule -> rule.substring(1))
            .flatMap(
                name -> Stream.of("<a " + name + "='" + SECRET + "'/>", text(name + "=" + SECRET)));
    Stream<String> elements =
        row("other elements").stream()
            .map(rule -> List.of(rule.split("/")))
            .flatMap(
                names ->
                    Stream.of(
                        names.size() == 1
                            ? element(names.get(0))
                            : "<"
                                + names.get(0)
                                + ">"
                                + element(names.get(1))
                                + "</"
                                + names.get(0)
                                + ">",
                        text("<x:" + names.get(names.size() - 1) + "/>" + SECRET)));
    return Stream.of(ends, attributes, elements, signs())
        .flatMap(all -> all)
        .map(xml -> DynamicTest.dynamicTest(xml, () -> isRedacted(xml)));
  }

  /** The examples of the table of signs, as text, as attribute and as URI. */
  private static Stream<String> signs() {
    return PAGE.table("<!-- redacted in texts -->").stream()
        .map(cells -> cells.get(2))
        .flatMap(
            example ->
                Stream.of(
                    text(example),
                    "<m><![CDATA[" + example + "]]></m>",
                    "<a b='" + escaped(example) + "'/>",
                    "<a xmlns:b='" + escaped(example) + "'/>"));
  }

  @Test
  void theTableOfSignsHasAnExampleInEveryRow() {
    assertThat(PAGE.table("<!-- redacted in texts -->"))
        .hasSize(9)
        .allMatch(cells -> cells.get(2).contains(SECRET));
  }

  private static void isRedacted(String xml) throws Exception {
    Envelope event = Calls.ENVELOPES.of(Calls.qemu("<domain xmlns:x='u'>" + xml + "</domain>"));
    assertThat(Calls.data(event).get("redacted").asInt()).isPositive();
    assertThat(new String(event.data(), StandardCharsets.UTF_8)).doesNotContain(SECRET);
  }

  private static String element(String name) {
    return "<"
        + name
        + " value='"
        + SECRET
        + "'><any a='"
        + SECRET
        + "'>"
        + SECRET
        + "</any></"
        + name
        + ">";
  }

  private static String text(String text) {
    return "<m>" + escaped(text) + "</m>";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
  }

  private static List<String> lower(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  /** What stands in backticks in the second cell of a row. */
  private static List<String> row(String first) {
    String begin = "| " + first + " | ";
    String line =
        PAGE.section("## What is redacted")
            .lines()
            .filter(l -> l.startsWith(begin))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no row " + first));
    return QUOTED
        .matcher(line.substring(begin.length()))
        .results()
        .map((MatchResult word) -> word.group(1))
        .toList();
  }
}
