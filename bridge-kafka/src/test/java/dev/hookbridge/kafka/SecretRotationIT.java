package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.SampleEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A password that is changed at the broker and in its file; the agent is not restarted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecretRotationIT {
  private static final String SECURITY = "org.apache.kafka.common.security.";
  private static final String PLAIN = SECURITY + "plain.PlainLoginModule required ";
  private static final String SCRAM = SECURITY + "scram.ScramLoginModule required ";
  private final SampleEvents events = new SampleEvents(22);
  private Broker broker;

  /** Whoever has logged in must do it again every second, so that a change is felt. */
  @BeforeAll
  void start() {
    broker =
        Brokers.kafka(
            Map.of(
                "listener.security.protocol.map",
                "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms",
                "PLAIN,SCRAM-SHA-512",
                "sasl.mechanism.inter.broker.protocol",
                "PLAIN",
                "listener.name.plaintext.plain.sasl.jaas.config",
                PLAIN + "username=\"admin\" password=\"a\" user_admin=\"a\";",
                "listener.name.plaintext.scram-sha-512.sasl.jaas.config",
                SCRAM + ";",
                "connections.max.reauth.ms",
                "1000"));
  }

  @AfterAll
  void close() {
    if (broker != null) {
      broker.close();
    }
  }

  private Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            broker.address(),
            "security.protocol",
            "SASL_PLAINTEXT",
            "sasl.mechanism",
            "PLAIN",
            "sasl.jaas.config",
            PLAIN + "username=\"admin\" password=\"a\";"));
  }

  private void password(Admin admin, String password) throws Exception {
    ScramCredentialInfo how = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
    admin
        .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("hook", how, password)))
        .all()
        .get();
  }

  private static String jaas(String password) {
    return SCRAM + "username=\"hook\" password=\"" + password + "\";\n";
  }

  @Test
  void aPasswordThatRotatesNeedsNoRestart(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("kafka.jaas"), jaas("first-secret"));
    String topic = TestTopics.newName();
    try (Admin admin = admin();
        Pipeline pipeline = new Pipeline(new KafkaTransport(), folder)) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
      TestTopics.awaitLeaders(admin, topic);
      password(admin, "first-secret");
      SinkWorker sinkWorker = pipeline.sinkWorker(configured(folder, topic, secret));
      send(pipeline);
      pipeline.awaitDelivered();

      password(admin, "second-secret");
      Pipeline.awaitProblem(sinkWorker, reasonsOfAStalePassword(pipeline, sinkWorker));
      Files.writeString(secret, jaas("second-secret"));
      pipeline.awaitDelivered();

      Files.delete(secret);
      password(admin, "third-secret");
      Pipeline.awaitProblem(sinkWorker, reasonsOfAStalePassword(pipeline, sinkWorker));
      Pipeline.awaitSteadyProblem(sinkWorker, Reason.CONFIGURATION);
      assertThat(sinkWorker.problem())
          .contains("${file:" + secret + "}", "cannot be read")
          .doesNotContain("\n", "-secret");
      Files.writeString(secret, jaas("third-secret"));
      pipeline.awaitDelivered();
      assertThat(pipeline.refusals()).isEmpty();
      TopicPartition only = new TopicPartition(topic, 0);
      ListOffsetsResult ends = admin.listOffsets(Map.of(only, OffsetSpec.latest()));
      assertThat(ends.partitionResult(only).get().offset()).isGreaterThanOrEqualTo(taken);
    }
  }

  private int taken;

  private void send(Pipeline pipeline) throws Exception {
    List<Envelope> more = events.mixed(20, 3, 300);
    taken += more.size();
    pipeline.append(more);
  }

  /** Events come until one meets the connection that may no longer be used. */
  private Reason[] reasonsOfAStalePassword(Pipeline pipeline, SinkWorker sinkWorker)
      throws Exception {
    long until = System.nanoTime() + 60_000_000_000L;
    while (sinkWorker.problem().isEmpty() && System.nanoTime() < until) {
      send(pipeline);
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }
    return new Reason[] {Reason.AUTHENTICATION, Reason.CONFIGURATION};
  }

  private Settings configured(Path folder, String topic, Path secret) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("hookbridge.yaml"),
            """
            host: kvm-07.example.org
            sinks:
              exam:
                type: kafka
                topic: %s
                properties:
                  bootstrap.servers: %s
                  security.protocol: SASL_PLAINTEXT
                  sasl.mechanism: SCRAM-SHA-512
                  sasl.jaas.config: ${file:%s}
            """
                .formatted(topic, broker.address(), secret));
    Config config = Config.load(file, HostPaths.resolve(Map.of("HOME", "/nowhere")), Map.of());
    return config.sinks().get(0).plan().settings();
  }
}
