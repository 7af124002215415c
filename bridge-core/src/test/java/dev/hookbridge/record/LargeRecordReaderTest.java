package dev.hookbridge.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.mailbox.ShimDouble;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large call is the same whether it is read into memory or from its file. */
class LargeRecordReaderTest {
  @TempDir Path folder;

  private static byte[] record(int size) {
    byte[] stdin = new byte[size];
    new Random(size).nextBytes(stdin);
    return ShimDouble.call(
        ShimDouble.newId(), "qemu", List.of("web", "start", "begin", "-"), stdin, Map.of());
  }

  private Path file(byte[] bytes) throws Exception {
    return Files.write(folder.resolve("mail"), bytes);
  }

  @Test
  void itIsTheSameCall() throws Exception {
    for (int size : new int[] {LargeRecordReader.LEAST, 300_000, 2_000_003, 16 << 20}) {
      byte[] record = record(size);
      HookCall whole = Records.call(MailFormat.read(record));
      HookCall large = Objects.requireNonNull(LargeRecordReader.read(file(record)));
      assertThat(large.id()).isEqualTo(whole.id());
      assertThat(large.object()).isEqualTo(whole.object());
      assertThat(large.input().length()).isEqualTo(size);
      assertThat(large.stdin()).isEqualTo(whole.stdin());
      try (InputStream in = large.asLate().input().open()) {
        assertThat(in.readAllBytes()).as("read again").isEqualTo(whole.stdin());
        assertThat(in.read()).isEqualTo(-1);
      }
    }
  }

  /** The other reader has the last word on what is not a whole record. */
  @Test
  void damagedFileIsNotIngested() throws Exception {
    byte[] record = record(LargeRecordReader.LEAST);
    Random random = new Random(1);
    for (int trial = 0; trial < 50; trial++) {
      byte[] bad = record.clone();
      bad[300_000 + random.nextInt(bad.length - 300_000)] ^= (byte) (1 << random.nextInt(8));
      assertThat(LargeRecordReader.read(file(bad))).as("trial %s", trial).isNull();
    }
    assertThat(LargeRecordReader.read(file(Arrays.copyOf(record, record.length - 1)))).isNull();
    assertThat(LargeRecordReader.read(file(Arrays.copyOf(record, record.length + 1)))).isNull();
  }
}
