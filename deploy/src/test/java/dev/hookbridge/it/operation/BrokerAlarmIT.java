package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory alarm of RabbitMQ, as the operator of a host sees it. */
class BrokerAlarmIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void checkAndDoctorNameTheAlarmAndDoNotBlameTheAgent(@TempDir Path folder) throws Exception {
    try (Site site = Site.rabbitmq();
        Host host = new Host(folder, "kvm-07", site.sink())) {
      host.create();
      host.startAgent();
      host.awaitReady();
      site.broker().run("rabbitmqctl", "set_vm_memory_high_watermark", "0.0001");
      host.hookbridge("fire", "--driver", "qemu", "web1", "started", "begin", "-");
      Awaitility.await("connection.blocked reaches the agent")
          .atMost(PATIENCE)
          .until(() -> host.ask("/ready").body().contains("failing sink feed: blocked: "));
      for (String command : new String[] {"check", "doctor"}) {
        Host.Ran ran = host.hookbridge(command);
        assertThat(ran.exit()).as(ran.output()).isEqualTo(1);
        assertThat(ran.output())
            .containsPattern(
                "failure sink feed: broker amqp://.* has an alarm and accepts no event")
            .contains("low on memory", "rabbitmq-diagnostics alarms")
            .doesNotContain("older configuration", "restart it");
      }
      site.broker().run("rabbitmqctl", "set_vm_memory_high_watermark", "0.4");
      host.awaitDelivered();
      assertThat(host.hookbridge("check").exit()).isZero();
    }
  }
}
