package dev.hookbridge.amqp.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class UnconfirmedTest {
  private final Unconfirmed unconfirmed = new Unconfirmed();
  private final List<String> settled = new ArrayList<>();

  @BeforeEach
  void fiveMessages() {
    for (int tag = 1; tag <= 5; tag++) {
      String id = "id-" + tag;
      unconfirmed.add(tag, id, 10 * tag, 100 * tag, outcome -> settled.add(id));
    }
  }

  private void settle(long tag, boolean multiple) {
    unconfirmed.remove(tag, multiple).forEach(entry -> entry.settle(Outcome.CONFIRMED));
  }

  @Test
  void oneAnswerIsForOneMessage() {
    settle(3, false);
    assertThat(settled).containsExactly("id-3");
  }

  @Test
  void multipleIsForAllUpToItInTheirOrder() {
    settle(2, false);
    settle(4, true);
    assertThat(settled).containsExactly("id-2", "id-1", "id-3", "id-4");
  }

  @Test
  void nobodyIsToldTwice() {
    settle(5, true);
    settle(5, true);
    settle(1, false);
    settle(9, false);
    assertThat(unconfirmed.drain()).isEmpty();
    assertThat(settled).hasSize(5);
  }

  @Test
  void aReturnIsRememberedUntilTheAnswer() {
    unconfirmed.returned("id-2", "312 NO_ROUTE");
    unconfirmed.returned("nobody's", "312 NO_ROUTE");
    unconfirmed.returned(null, "312 NO_ROUTE");
    List<Unconfirmed.Entry> all = unconfirmed.drain();
    assertThat(all)
        .extracting(Unconfirmed.Entry::returned)
        .containsExactly(null, "312 NO_ROUTE", null, null, null);
    assertThat(all).extracting(Unconfirmed.Entry::bytes).containsExactly(10L, 20L, 30L, 40L, 50L);
  }

  @Test
  void theOldestIsTheOneSentFirst() {
    assertThat(unconfirmed.oldest(7)).isEqualTo(100);
    settle(1, false);
    assertThat(unconfirmed.oldest(7)).isEqualTo(200);
    settle(5, true);
    assertThat(unconfirmed.oldest(7)).isEqualTo(7);
  }
}
