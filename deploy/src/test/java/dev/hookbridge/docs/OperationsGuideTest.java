package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.prometheus.Alerts;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/operations.md} has a section for every alert, and its arithmetic is right. */
class OperationsGuideTest {
  private static final Page PAGE = Page.of("docs/operations.md");
  private static final double EVENT = 12_300;
  private static final double SPOOL = 4L << 30;

  @Test
  void everyAlertSaysWhatToDo() {
    List<String> sections =
        PAGE.text()
            .lines()
            .filter(line -> line.startsWith("### Hookbridge"))
            .map(line -> line.substring(4))
            .toList();
    assertThat(sections)
        .containsExactlyElementsOf(Alerts.all().stream().map(Alerts.Alert::name).toList());
    assertThat(sections)
        .allSatisfy(name -> assertThat(PAGE.section("### " + name).strip()).hasSizeGreaterThan(80));
    assertThat(PAGE.anchors())
        .containsAll(sections.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
  }

  @Test
  void theSizesAreThoseOfTheFormula() {
    List<List<String>> hosts = PAGE.table("| a host with | events a day");
    assertThat(hosts).hasSize(3);
    for (List<String> host : hosts) {
      double events = Double.parseDouble(host.get(1).replace(",", ""));
      assertThat(megabytes(host.get(2))).isCloseTo(events * EVENT / 1e6, percent(10));
      if (!host.get(3).equals("years")) {
        double days = Double.parseDouble(host.get(3).replace(" days", ""));
        assertThat(days).isCloseTo(SPOOL / EVENT / events, percent(10));
      }
    }
  }

  private static org.assertj.core.data.Percentage percent(int most) {
    return org.assertj.core.data.Percentage.withPercentage(most);
  }

  private static double megabytes(String text) {
    double number = Double.parseDouble(text.replaceAll("[^0-9.]", ""));
    return text.endsWith("GB") ? number * 1000 : number;
  }
}
