package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.text.Ids;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailboxStatusTest {
  private static final String BOOT = "9f0b6d3e-6f0a-4c6e-9d0c-0a1b2c3d4e5f";
  private static final String EARLIER = "11111111-6f0a-4c6e-9d0c-0a1b2c3d4e5f";
  private static final Instant NOW = Instant.parse("2026-01-15T09:30:00Z");
  private static final long SECOND = 1_000_000_000L;

  private static final Boot THIS =
      new Boot() {
        @Override
        public String id() {
          return BOOT;
        }

        @Override
        public long now() {
          return 1_000 * SECOND;
        }
      };

  @TempDir Path mail;

  @BeforeEach
  void layout() throws Exception {
    Files.createDirectory(mail.resolve("new"));
  }

  private void file(String boot, long boottime, long wallSeconds) throws Exception {
    long time = (NOW.getEpochSecond() + wallSeconds) * SECOND;
    MailName name = new MailName(boottime * SECOND, boot, time, Ids.next(NOW));
    Files.createFile(mail.resolve("new").resolve(name.toString()));
  }

  private MailboxStatus look() throws Exception {
    return MailboxStatus.of(mail, THIS, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @Test
  void nothingWaits() throws Exception {
    assertThat(look()).isEqualTo(new MailboxStatus(0, Duration.ZERO, Duration.ZERO, 0));
  }

  /**
   * The wall clock was set back by an hour since: how long it waited is the boot's clock's word.
   */
  @Test
  void aStepOfTheClock() throws Exception {
    file(BOOT, 970, 3600);
    file(BOOT, 990, -5);
    Files.createFile(mail.resolve("new/.hidden"));
    assertThat(look())
        .isEqualTo(new MailboxStatus(2, Duration.ofSeconds(30), Duration.ofHours(1), 1));
  }

  @Test
  void filesOfAnEarlierBootAreOrderedByTheWallClock() throws Exception {
    file(EARLIER, 5_000, -7200);
    assertThat(look().oldest()).isEqualTo(Duration.ofHours(2));
  }
}
