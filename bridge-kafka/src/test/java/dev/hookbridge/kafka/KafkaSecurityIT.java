package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A broker that wants a password and looks at rights: none of it may cost an event. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaSecurityIT {
  private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private final SampleEvents events = new SampleEvents(System.nanoTime());
  private Broker broker;

  @BeforeAll
  void start() {
    broker =
        Brokers.kafka(
            Map.of(
                "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms", "PLAIN",
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "listener.name.plaintext.plain.sasl.jaas.config",
                    LOGIN
                        + " required username=\"admin\" password=\"a\" user_admin=\"a\""
                        + " user_hook=\"hunter2\";",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users", "User:admin;User:ANONYMOUS"));
  }

  @AfterAll
  void close() {
    if (broker != null) {
      broker.close();
    }
  }

  private Map<String, Object> login(String user, String password) {
    return new HashMap<>(
        Map.of(
            "bootstrap.servers",
            broker.address(),
            "security.protocol",
            "SASL_PLAINTEXT",
            "sasl.mechanism",
            "PLAIN",
            "sasl.jaas.config",
            LOGIN + " required username=\"" + user + "\" password=\"" + password + "\";"));
  }

  private Settings settings(String topic, String password) {
    Map<String, Object> properties = login("hook", password);
    properties.put("max.request.size", "3145728");
    return new Settings("sinks.feed", Map.of("topic", topic, "properties", properties));
  }

  private Sink open(Settings settings) throws SinkException {
    SinkContext context = new SinkContext("feed", "kvm-07", new SimpleMeterRegistry());
    return new KafkaTransport().open(settings, context);
  }

  private String topic(AclOperation... allowed) throws Exception {
    String topic = TestTopics.newName();
    try (Admin admin = Admin.create(login("admin", "a"))) {
      NewTopic wanted = new NewTopic(topic, 1, (short) 1);
      admin.createTopics(List.of(wanted.configs(Map.of("max.message.bytes", "65536")))).all().get();
      TestTopics.awaitLeaders(admin, topic);
    }
    allow(topic, allowed);
    return topic;
  }

  private void allow(String topic, AclOperation... operations) throws Exception {
    ResourcePattern pattern = new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    try (Admin admin = Admin.create(login("admin", "a"))) {
      for (AclOperation operation : operations) {
        AccessControlEntry entry =
            new AccessControlEntry("User:hook", "*", operation, AclPermissionType.ALLOW);
        admin.createAcls(List.of(new AclBinding(pattern, entry))).all().get();
      }
    }
  }

  @Test
  void aWrongPasswordIsAReasonToWait() throws Exception {
    Settings settings = settings(topic(AclOperation.WRITE), "hunter3");
    assertThatThrownBy(() -> open(settings))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AUTHENTICATION))
        .hasMessageNotContaining("hunter");
    assertThat(new KafkaTransport().check(settings, false))
        .singleElement()
        .satisfies(line -> assertThat(line.level()).isEqualTo(Check.Level.FAILURE));
  }

  @Test
  void aTopicOneMayNotSeeIsAReasonToWait() throws Exception {
    Settings settings = settings(topic(), "hunter2");
    assertThatThrownBy(() -> open(settings))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AUTHORIZATION));
  }

  @Test
  void aTopicOneMayNotWriteHoldsUntilOneMay() throws Exception {
    String topic = topic(AclOperation.DESCRIBE);
    Settings settings = settings(topic, "hunter2");
    assertThat(new KafkaTransport().check(settings, false))
        .anySatisfy(
            line -> {
              assertThat(line.level()).isEqualTo(Check.Level.FAILURE);
              assertThat(line.message()).contains("may not write");
            });
    Envelope event = events.next("guest", 100);
    Envelope next = events.next("guest", 100);
    try (Sink sink = open(settings)) {
      Run run = new Run(sink).send(event);
      assertThat(run.await(event))
          .isInstanceOfSatisfying(
              Outcome.Held.class,
              held -> assertThat(held.reason()).isEqualTo(Reason.AUTHORIZATION));
      assertThat(run.send(next).await(next))
          .as("what follows has the first failure's cause")
          .isInstanceOfSatisfying(
              Outcome.Broken.class,
              broken -> assertThat(broken.reason()).isEqualTo(Reason.AUTHORIZATION));
    }
    allow(topic, AclOperation.WRITE);
    try (Sink sink = open(settings)) {
      new Run(sink).send(event).awaitConfirmed(List.of(event));
    }
    assertThat(new KafkaTransport().check(settings, false))
        .noneMatch(line -> line.level() == Check.Level.FAILURE);
  }

  @Test
  void aLimitOneMayNotReadIsLearntFromTheRefusal() throws Exception {
    try (Sink sink = open(settings(topic(AclOperation.WRITE), "hunter2"))) {
      assertThat(sink.maxEventBytes()).isEqualTo(3_145_728);
      Envelope large = events.next("guest", 100_000);
      assertThat(new Run(sink).send(large).await(large))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              refused -> assertThat(refused.reason()).isEqualTo(Reason.TOO_LARGE));
      assertThat(sink.maxEventBytes()).isLessThan(large.size());
    }
  }
}
