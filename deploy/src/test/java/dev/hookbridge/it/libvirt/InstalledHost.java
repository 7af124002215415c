package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.harness.libvirt.Hypervisor;
import dev.hookbridge.testing.Needs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A hypervisor with hooks and a configured agent, and both brokers. Neither agent nor libvirt runs.
 */
final class InstalledHost implements AutoCloseable {
  final Site kafka;
  final Site rabbitmq;
  final Hypervisor host;
  final List<Feed> feeds;
  private final List<AutoCloseable> running = new ArrayList<>();

  InstalledHost(Path folder, String name) throws Exception {
    Needs.root();
    try {
      kafka = opened(Site.kafka());
      rabbitmq = opened(Site.rabbitmq());
      feeds =
          List.of(new Feed("Kafka", kafka.consumer()), new Feed("RabbitMQ", rabbitmq.consumer()));
      host = opened(new Hypervisor(folder, name));
      host.configure(kafka.sink() + rabbitmq.sink().replaceFirst("feed:", "audit:"));
      Host.Ran checked = host.hookbridge("check", "--create");
      assertThat(checked.exit()).as(checked.output()).isZero();
      Host.Ran installed = host.hookbridge("hooks", "install");
      assertThat(installed.exit()).as(installed.output()).isZero();
      assertThat(installed.output()).contains("/etc/libvirt/hooks/qemu.d/50-hookbridge");
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T started) {
    running.add(0, started);
    return started;
  }

  /** Closes all, the hypervisor first, and reports the first failure. */
  @Override
  public void close() {
    Exception first = null;
    for (AutoCloseable each : running) {
      try {
        each.close();
      } catch (Exception e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw new AssertionError("not everything was closed", first);
    }
  }
}
