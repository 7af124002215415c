package dev.hookbridge.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Failures;
import org.junit.jupiter.api.Test;

class HookInvokerTest {
  @Test
  void distributionWithoutAHookNamesTheRemedy() {
    assertThatThrownBy(() -> new HookInvoker(new CommonOptions().places()))
        .isInstanceOf(Failures.Failure.class)
        .hasMessageContaining("libexec/hookbridge-hook is missing: install musl-tools or gcc");
  }
}
