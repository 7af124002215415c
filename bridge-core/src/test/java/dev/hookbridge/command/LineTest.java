package dev.hookbridge.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LineTest {
  @Test
  void showsWhatAPersonLooksFor() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("type", "dev.hookbridge.libvirt.qemu.port-created.v1");
    attributes.put("source", "//kvm-07/libvirt");
    attributes.put("time", "2026-01-01T00:00:00Z");
    attributes.put("subject", "web");
    attributes.put("reduced", "true");
    Envelope event = new Envelope(attributes, new Route("qemu", "x", "-", ""), new byte[0], -1);
    assertThat(Line.of(event).split("\\s+"))
        .containsExactly("2026-01-01T00:00:00Z", "kvm-07", "qemu.port-created", "web", "(reduced)");
  }

  /** A guest may be called anything, and the terminal of whoever watches belongs to root. */
  @Test
  void nothingSteersTheTerminal() {
    String hostile = "\u001b]0;owned\u0007\r\n\u202e\u2028\u009b31m\ud800é";
    assertThat(Line.safe(hostile))
        .isEqualTo("\\u{1b}]0;owned\\u{7}\\u{d}\\u{a}\\u{202e}\\u{2028}\\u{9b}31m\\u{d800}é");
  }
}
