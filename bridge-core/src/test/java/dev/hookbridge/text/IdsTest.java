package dev.hookbridge.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class IdsTest {
  @Test
  void idsAreUuidsOfVersionSeven() {
    assertThat(Ids.next(Instant.ofEpochMilli(0x0192f0c4abcdL)))
        .matches("0192f0c4-abcd-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  }

  @Test
  void numbersHave20Digits() {
    assertThat(Ids.digits(0)).isEqualTo("00000000000000000000");
    assertThat(Ids.digits(42)).isEqualTo("00000000000000000042");
    assertThat(Ids.digits(Long.MAX_VALUE)).isEqualTo("09223372036854775807");
  }
}
