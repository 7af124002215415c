package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a call becomes. */
@ParameterizedClass
@EnumSource(Shim.class)
class CallTest {
  @Parameter Shim shim;
  @TempDir Path folder;

  @Test
  void aCallIsAFileNamedByItsFields() throws IOException {
    Trial trial = new Trial(folder);
    long before = Instant.now().toEpochMilli();
    byte[] xml = "<domain>\n</domain>\n".getBytes(StandardCharsets.UTF_8);
    call(trial, Run.of(shim, folder).with("g1", "migrate", "begin", "-").stdin(xml));

    Path file = trial.files().get(0);
    Mail mail = trial.onlyCall();
    assertThat(mail.stdin).isEqualTo(xml);
    assertThat(mail.fields.keySet())
        .containsExactly(
            "id",
            "time",
            "boottime",
            "boot",
            "shim",
            "path",
            "driver",
            "object",
            "operation",
            "suboperation",
            "extra");
    assertThat(mail.field("boot"))
        .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim());
    assertThat(file.getFileName().toString())
        .matches(Trial.NAME)
        .isEqualTo(
            "%020d-%s-%020d-%s",
            new BigInteger(mail.field("boottime")),
            mail.field("boot"),
            new BigInteger(mail.field("time")),
            mail.field("id"));
    assertThat(mail.field("path")).isEqualTo("/etc/libvirt/hooks/qemu");
    assertThat(mail.field("driver")).isEqualTo("qemu");
    assertThat(mail.field("object")).isEqualTo("g1");
    assertThat(mail.field("operation")).isEqualTo("migrate");
    assertThat(mail.field("suboperation")).isEqualTo("begin");
    assertThat(mail.field("extra")).isEqualTo("-");

    long millis = Long.parseLong(mail.field("time")) / 1_000_000;
    assertThat(millis).isBetween(before, Instant.now().toEpochMilli());
    assertThat(mail.field("id")).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    assertThat(mail.field("id").replace("-", ""))
        .startsWith(String.format("%012x7", millis))
        .matches(".{16}[89ab].{15}");
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/libvirt/hooks/qemu, qemu",
    "/etc/libvirt/hooks/qemu.d/50-hookbridge, qemu",
    "/etc/libvirt/hooks/lxc.d/x, lxc",
    "/etc/libvirt/hooks/libxl, libxl",
    "/etc/libvirt/hooks/bhyve, bhyve",
    "/etc/libvirt/hooks/network.d/a.d, network",
    "/etc/libvirt/hooks//daemon, daemon",
    "hooks/network, network",
    "/hooks/lxc/hooks/qemu, qemu",
    "/etc/libvirt/hooks/qemu.d/hooks, qemu",
    "/etc/libvirt/hooks/qemu.dd, unknown",
    "/etc/libvirt/hooks/qemu.d.d, unknown",
    "/etc/libvirt/hooks/qemux, unknown",
    "/etc/libvirt/hooks/qem, unknown",
    "/etc/libvirt/hooks/.d, unknown",
    "/etc/libvirt/hooks/, unknown",
    "/etc/libvirt/xhooks/qemu, unknown",
    "/etc/libvirt/hooks/virtqemud, unknown",
    "qemu, unknown",
    "'', unknown"
  })
  void theDriverIsTakenFromThePath(String path, String driver) throws IOException {
    Trial trial = new Trial(folder);
    call(trial, Run.of(shim, folder).as(path).with("g", "start", "begin", "-"));
    assertThat(trial.onlyCall().field("driver")).isEqualTo(driver);
    assertThat(trial.onlyCall().field("path")).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "5", "40"})
  void anyNumberOfArgumentsIsACall(int count) throws IOException {
    Trial trial = new Trial(folder);
    String[] words = new String[count];
    Arrays.setAll(words, i -> "w" + i);
    call(trial, Run.of(shim, folder).with(words));
    Mail mail = trial.onlyCall();
    String[] keys = {"object", "operation", "suboperation", "extra"};
    for (int i = 0; i < keys.length; i++) {
      if (i < count) {
        assertThat(mail.field(keys[i])).isEqualTo("w" + i);
      } else {
        assertThat(mail.fields).doesNotContainKey(keys[i]);
      }
    }
    assertThat(mail.field("argc")).isEqualTo("" + count);
  }

  @Test
  void evenNoArgumentZeroIsACall() throws IOException {
    Trial trial = new Trial(folder);
    call(trial, Run.of(shim, folder).withNothing());
    assertThat(trial.onlyCall().field("path")).isEmpty();
    assertThat(trial.onlyCall().field("argc")).isEqualTo("0");
  }

  @Test
  void argumentsAreBytes() throws IOException {
    Trial trial = new Trial(folder);
    byte[] all = new byte[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i + 1);
    }
    byte[] longest = new byte[4000];
    Arrays.fill(longest, (byte) 'ä');
    byte[] breaking = "5:a=b,0:,\nlost x\n".getBytes(StandardCharsets.UTF_8);
    call(trial, Run.of(shim, folder).with(all, longest, breaking, new byte[0]));
    Mail mail = trial.onlyCall();
    assertThat(mail.fields.get("object")).isEqualTo(all);
    assertThat(mail.fields.get("operation")).isEqualTo(longest);
    assertThat(mail.fields.get("suboperation")).isEqualTo(breaking);
    assertThat(mail.fields.get("extra")).isEmpty();
  }

  @Test
  void theLongestArgumentsOfTheKernelFit() throws IOException {
    Trial trial = new Trial(folder);
    byte[] longest =
        new byte[60_000]; // twice as long in hexadecimal, and a single one ends at 128 KiB
    Arrays.fill(longest, (byte) '=');
    call(trial, Run.of(shim, folder).with(longest, longest, longest, longest));
    for (String key : new String[] {"object", "operation", "suboperation", "extra"}) {
      assertThat(trial.onlyCall().fields.get(key)).isEqualTo(longest);
    }
  }

  @ParameterizedTest
  @CsvSource({"umask=0", "umask=777"})
  void theFileIsForItsOwnerAloneWhateverTheUmask(String umask) throws IOException {
    Trial trial = new Trial(folder);
    call(trial, Run.of(shim, folder).option(umask));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(trial.files().get(0))))
        .isEqualTo("rw-------");
  }

  private static void call(Trial trial, Run run) throws IOException {
    Run.Ended ended = run.run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEmpty();
    assertThat(trial.lost()).isEmpty();
  }
}
