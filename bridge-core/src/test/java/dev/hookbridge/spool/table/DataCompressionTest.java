package dev.hookbridge.spool.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Large data lies compressed in a row. */
class DataCompressionTest {
  private static byte[] json(int size) {
    String one = "<disk type='file'><source file='/srv/image'/></disk>";
    return ("{\"xml\":\"" + one.repeat(size / one.length()) + "\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void itComesBackAsItWas() throws IOException {
    for (int size : new int[] {0, 100, 1_000, 1_100, 4_000, 262_144, 5_000_000}) {
      byte[] data = json(size);
      byte[] packed = DataCompression.pack(data);
      assertThat(DataCompression.unpack(packed)).isEqualTo(data);
      if (data.length >= 1 << 10) {
        assertThat(packed.length).isLessThan(data.length / (data.length < 256 << 10 ? 5 : 10));
      } else {
        assertThat(packed).isSameAs(data);
      }
    }
  }

  @Test
  void irreducibleEventIsUnchanged() throws IOException {
    byte[] data = new byte[1 << 20];
    new Random(7).nextBytes(data);
    data[0] = '{';
    assertThat(DataCompression.pack(data)).isSameAs(data);
    assertThat(DataCompression.unpack(data)).isSameAs(data);
  }

  @Test
  void damagedBytesAreNotData() {
    byte[] packed = DataCompression.pack(json(1_000_000));
    byte[] shorter = Arrays.copyOf(packed, packed.length - 20);
    assertThatThrownBy(() -> DataCompression.unpack(shorter)).isInstanceOf(IOException.class);
    byte[] longer = packed.clone();
    longer[3]++;
    assertThatThrownBy(() -> DataCompression.unpack(longer)).isInstanceOf(IOException.class);
    byte[] huge = packed.clone();
    huge[1] = 127;
    assertThatThrownBy(() -> DataCompression.unpack(huge)).isInstanceOf(IOException.class);
  }
}
