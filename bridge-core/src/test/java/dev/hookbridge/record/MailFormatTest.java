package dev.hookbridge.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MailFormatTest {
  private static final byte[] RECORD =
      MailFormat.write(new MailFormat.Parts("call", fields(), bytes("<domain/>\n")));

  private static Map<String, byte[]> fields() {
    Map<String, byte[]> fields = new LinkedHashMap<>();
    fields.put("id", bytes("0192f0c4"));
    fields.put("object", new byte[] {(byte) 0xff, 0, ',', ':', '='});
    fields.put("extra", new byte[0]);
    return fields;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void isAsTheProtocolDrawsIt() {
    byte[] drawn =
        MailFormat.write(new MailFormat.Parts("call", Map.of("id", bytes("a")), bytes("x")));
    assertThat(new String(drawn, StandardCharsets.ISO_8859_1))
        .matches("hookbridge/1\n4:call,4:id=a,0:,1:x,[0-9a-f]{8}\n");
  }

  /** The check value of CRC-32C, from its catalogue: the bytes 123456789 give e3069283. */
  @Test
  void theChecksumIsCastagnolis() {
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes("123456789"));
    assertThat(Long.toHexString(crc.getValue())).isEqualTo("e3069283");
  }

  @Test
  void readsWhatItWrote() throws MalformedRecordException {
    MailFormat.Parts parts = MailFormat.read(RECORD);
    assertThat(parts.kind()).isEqualTo("call");
    assertThat(parts.stdin()).isEqualTo(bytes("<domain/>\n"));
    assertThat(parts.fields()).containsOnlyKeys("id", "object", "extra");
    assertThat(parts.bytes("object")).isEqualTo(fields().get("object"));
    assertThat(parts.bytes("extra")).isEmpty();
    assertThat(parts.bytes("absent")).isEmpty();
  }

  @Test
  void zerosMayFollowInAFileOnly() throws MalformedRecordException {
    byte[] padded = Arrays.copyOf(RECORD, RECORD.length + 100);
    assertThat(MailFormat.readFile(padded).stdin()).isEqualTo(bytes("<domain/>\n"));
    assertThatThrownBy(() -> MailFormat.read(padded)).hasMessageContaining("follows it");
    padded[RECORD.length + 50] = 1;
    assertThatThrownBy(() -> MailFormat.readFile(padded)).hasMessageContaining("follows it");
    assertThatThrownBy(() -> MailFormat.readFile(new byte[100]))
        .isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void everyPrefixIsDamaged() {
    for (int length = 0; length < RECORD.length; length++) {
      byte[] prefix = Arrays.copyOf(RECORD, length);
      assertThatThrownBy(() -> MailFormat.read(prefix))
          .as("%d of %d bytes", length, RECORD.length)
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void everyChangedBitIsDamaged() {
    for (int bit = 0; bit < RECORD.length * 8; bit++) {
      byte[] changed = RECORD.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> MailFormat.read(changed))
          .as("bit %d", bit)
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void trailingBytesAreDamage() {
    byte[] longer = Arrays.copyOf(RECORD, RECORD.length + 1);
    assertThatThrownBy(() -> MailFormat.read(longer)).isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void lengthsAreNotBelieved() {
    for (String length : new String[] {"999999999", "99999999999", "16777217", "-1", "01", ""}) {
      byte[] liar = bytes("hookbridge/1\n4:call,0:," + length + ":x,00000000\n");
      assertThatThrownBy(() -> MailFormat.read(liar))
          .as(length)
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void noiseIsDamagedAndNothingElse() {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = RECORD.clone();
      for (int j = random.nextInt(8); j >= 0; j--) {
        noise[random.nextInt(noise.length)] =
            (byte) "0123456789:,=\n\u00ff".charAt(random.nextInt(15));
      }
      if (!Arrays.equals(noise, RECORD)) {
        assertThatThrownBy(() -> MailFormat.read(noise))
            .isInstanceOf(MalformedRecordException.class);
      }
    }
  }
}
