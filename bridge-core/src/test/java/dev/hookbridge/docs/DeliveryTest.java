package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/delivery.md} has every outcome and every reason there is. */
class DeliveryTest {
  private final Page page = Page.of("docs/delivery.md");

  @Test
  void everyOutcome() {
    List<String> outcomes =
        Arrays.stream(Outcome.class.getPermittedSubclasses()).map(Class::getSimpleName).toList();
    assertThat(first(page.table("| outcome | means")))
        .containsExactlyInAnyOrderElementsOf(outcomes);
  }

  @Test
  void everyReason() {
    List<String> reasons = Arrays.stream(Reason.values()).map(Reason::word).toList();
    assertThat(first(page.table("| reason | |"))).containsExactlyElementsOf(reasons);
  }

  private static List<String> first(List<List<String>> rows) {
    return rows.stream().map(row -> row.get(0)).toList();
  }
}
