package dev.hookbridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostGuardTest {
  private final HostGuard guard = new HostGuard(Set.of("KVM-07.example.org", "kvm-07"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:9464",
        "10.1.2.3",
        "[::1]:9464",
        "[fe80::1%25eth0]:9464",
        "localhost:8080",
        "LOCALHOST",
        "kvm-07:9464",
        "kvm-07.Example.org.:9464",
      })
  void itsOwnNames(String host) {
    assertThat(guard.admits(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:9464",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "kvm-07.example.org.evil.example",
        "kvm-08",
        "[::1].evil.example",
        "127.0.0.1@evil.example",
        "",
        ":9464",
      })
  void anyOther(String host) {
    assertThat(guard.admits(host)).isFalse();
  }

  @Test
  void none() {
    assertThat(guard.admits(null)).isFalse();
  }
}
