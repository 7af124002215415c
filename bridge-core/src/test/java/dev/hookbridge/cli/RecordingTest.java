package dev.hookbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.command.Failures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingTest {
  @TempDir Path folder;

  @Test
  void readsWhatLibvirtPassed() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("r.jsonl"),
            """
            {"atMillis": 12, "path": "/etc/libvirt/hooks/lxc", "args": ["b", "release", "end", "from snapshot"], "stdin": "<ü/>\\n", "more": {"a": [1]}}

            {"path": "/etc/libvirt/hooks/daemon", "args": ["-", "start", "-", "start"], "stdin": ""}
            """);
    List<Recording.Call> calls = Recording.read(file);
    assertThat(calls).extracting(Recording.Call::driver).containsExactly("lxc", "daemon");
    assertThat(calls.get(0).atMillis()).isEqualTo(12);
    assertThat(calls.get(0).arguments()).containsExactly("b", "release", "end", "from snapshot");
    assertThat(new String(calls.get(0).stdin(), StandardCharsets.UTF_8)).isEqualTo("<ü/>\n");
  }

  @Test
  void saysWhichLineIsNone() throws Exception {
    Path file = Files.writeString(folder.resolve("r.jsonl"), "{\"path\":\"qemu\"}\nnonsense\n");
    assertThatThrownBy(() -> Recording.read(file))
        .isInstanceOf(Failures.Failure.class)
        .hasMessageContaining("line 2");
  }
}
