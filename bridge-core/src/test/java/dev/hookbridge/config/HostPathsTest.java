package dev.hookbridge.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a user's command works, by the host it runs on. */
class HostPathsTest {
  private static final Map<String, String> ALICE = Map.of("USER", "alice", "HOME", "/home/alice");

  @TempDir Path host;

  private void installation(String data) throws IOException {
    Files.createDirectories(host.resolve(data).resolve("mail"));
  }

  /** Or break-glass would switch off what nobody uses, and say that it had. */
  @ParameterizedTest
  @ValueSource(strings = {"alice", "root", "hookbridge", ""})
  void everybodyUsesTheInstallation(String user) throws Exception {
    installation("var/lib/hookbridge");
    HostPaths places = HostPaths.resolve(Map.of("USER", user, "HOME", "/home/alice"), host);
    assertThat(places.trial()).isFalse();
    assertThat(places.data()).isEqualTo(host.resolve("var/lib/hookbridge"));
    assertThat(places.gatesOff()).isEqualTo(host.resolve("etc/hookbridge/gates.off"));
    assertThat(places.lost()).isEqualTo(host.resolve("run/hookbridge/lost"));
  }

  @Test
  void whereverItIs() throws Exception {
    Files.createDirectories(host.resolve("etc/hookbridge"));
    Files.writeString(host.resolve("etc/hookbridge/shim.conf"), "data-dir: /srv/hooks # ours\n");
    assertThat(HostPaths.resolve(ALICE, host).trial()).as("nothing is there").isTrue();
    installation("srv/hooks");
    assertThat(HostPaths.resolve(ALICE, host).data()).isEqualTo(host.resolve("srv/hooks"));
  }

  @Test
  void withoutAnInstallationAFolderOfOnesOwn() {
    HostPaths places = HostPaths.resolve(ALICE, host);
    assertThat(places.trial()).isTrue();
    assertThat(places.data()).isEqualTo(Path.of("/home/alice/.local/share/hookbridge"));
  }

  @Test
  void aFolderThatIsNamedIsATrial() throws Exception {
    installation("var/lib/hookbridge");
    HostPaths places =
        HostPaths.resolve(Map.of("USER", "root", HostPaths.VARIABLE, "/tmp/trial"), host);
    assertThat(places.trial()).isTrue();
    assertThat(places.gatesOff()).isEqualTo(Path.of("/tmp/trial/etc/gates.off"));
  }
}
