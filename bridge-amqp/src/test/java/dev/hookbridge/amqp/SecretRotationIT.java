package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A password that is changed at the broker and in its file; the agent is not restarted. */
@ExtendWith(Rabbit.Shared.class)
final class SecretRotationIT {
  private final SampleEvents events = new SampleEvents(21);
  private final Rabbit rabbit;
  @TempDir Path folder;

  SecretRotationIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @Test
  void aPasswordThatRotatesNeedsNoRestart() throws Exception {
    Path secret = Files.writeString(folder.resolve("rabbit.password"), "first-secret\n");
    rabbit.ctl("add_user", "rotated", "first-secret");
    rabbit.ctl("set_permissions", "rotated", ".*", ".*", ".*");
    String exchange = rabbit.exchange();
    String queue = rabbit.queue(exchange);
    List<Envelope> taken = new ArrayList<>();
    try (Pipeline pipeline = new Pipeline(new AmqpTransport(), folder)) {
      SinkWorker sinkWorker = pipeline.sinkWorker(configured(exchange, secret));
      taken.addAll(pipeline.append(events.mixed(20, 3, 300)));
      pipeline.awaitDelivered();

      rabbit.ctl("change_password", "rotated", "second-secret");
      rabbit.ctl("close_all_connections", "rotated");
      taken.addAll(pipeline.append(events.mixed(20, 3, 300)));
      Pipeline.awaitProblem(sinkWorker, Reason.AUTHENTICATION);
      Files.writeString(secret, "second-secret\n");
      pipeline.awaitDelivered();

      Files.delete(secret);
      rabbit.ctl("close_all_connections", "rotated");
      taken.addAll(pipeline.append(events.mixed(20, 3, 300)));
      Pipeline.awaitSteadyProblem(sinkWorker, Reason.CONFIGURATION);
      assertThat(sinkWorker.problem())
          .contains("${file:" + secret + "}", "cannot be read")
          .doesNotContain("\n", "second-secret");
      Files.writeString(secret, "second-secret");
      pipeline.awaitDelivered();
      assertThat(pipeline.refusals()).isEmpty();
    } finally {
      rabbit.ctl("delete_user", "rotated");
    }
    assertThat(Seen.firstOccurrences(rabbit.read(queue, taken.size())))
        .isEqualTo(Seen.expected(taken));
  }

  private Settings configured(String exchange, Path secret) throws Exception {
    URI uri = URI.create(rabbit.uri());
    Path file =
        Files.writeString(
            folder.resolve("hookbridge.yaml"),
            """
            host: kvm-07.example.org
            sinks:
              exam:
                type: amqp
                uri: amqp://%s:%d/
                username: rotated
                password: ${file:%s}
                exchange: %s
            """
                .formatted(uri.getHost(), uri.getPort(), secret, exchange));
    Config config = Config.load(file, HostPaths.resolve(Map.of("HOME", "/nowhere")), Map.of());
    return config.sinks().get(0).plan().settings();
  }
}
