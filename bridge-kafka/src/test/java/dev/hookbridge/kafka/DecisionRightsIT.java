package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.docs.Page;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.DecisionBrokerContract;
import dev.hookbridge.testing.Heard;
import dev.hookbridge.testing.Questions;
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

/** The rights in {@code docs/decisions.md} are enough for each end, and no more than that. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecisionRightsIT {
  private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private static final String REQUESTS = "libvirt.decisions";
  private static final String REPLIES = "libvirt.decisions.replies";
  private final Questions questions = new Questions(System.nanoTime());
  private final KafkaTransport transport = new KafkaTransport();
  private Broker broker;

  @BeforeAll
  void start() throws Exception {
    broker =
        Brokers.kafka(
            Map.of(
                "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms", "PLAIN",
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "listener.name.plaintext.plain.sasl.jaas.config",
                    LOGIN
                        + " required username=\"admin\" password=\"secret\" user_admin=\"secret\""
                        + " user_hosts=\"secret\" user_deciders=\"secret\";",
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users", "User:admin;User:ANONYMOUS"));
    try (Admin admin = Admin.create(login("admin"))) {
      admin
          .createTopics(
              List.of(new NewTopic(REQUESTS, 2, (short) 1), new NewTopic(REPLIES, 3, (short) 1)))
          .all()
          .get();
      TestTopics.awaitLeaders(admin, REQUESTS);
      TestTopics.awaitLeaders(admin, REPLIES);
      for (List<String> row : Page.of("docs/decisions.md").table("acls: kafka -->")) {
        allow(admin, row.get(0), ResourceType.TOPIC, REQUESTS, row.get(1));
        allow(admin, row.get(0), ResourceType.TOPIC, REPLIES, row.get(2));
        allow(admin, row.get(0), ResourceType.GROUP, "hookbridge-decide-a.placement", row.get(3));
      }
    }
  }

  private static void allow(
      Admin admin, String user, ResourceType type, String name, String operation) throws Exception {
    if (!operation.isEmpty()) {
      AccessControlEntry entry =
          new AccessControlEntry(
              "User:" + user, "*", AclOperation.fromString(operation), AclPermissionType.ALLOW);
      ResourcePattern pattern = new ResourcePattern(type, name, PatternType.LITERAL);
      admin.createAcls(List.of(new AclBinding(pattern, entry))).all().get();
    }
  }

  @AfterAll
  void close() {
    if (broker != null) {
      broker.close();
    }
  }

  private Map<String, Object> login(String user) {
    return new HashMap<>(
        Map.of(
            "bootstrap.servers",
            broker.address(),
            "security.protocol",
            "SASL_PLAINTEXT",
            "sasl.mechanism",
            "PLAIN",
            "sasl.jaas.config",
            LOGIN + " required username=\"" + user + "\" password=\"secret\";"));
  }

  private Settings as(String user) {
    return new Settings("sinks.exam", Map.of("topic", "feed", "properties", login(user)));
  }

  private DecisionChannel open(String user, Heard heard) throws SinkException {
    SinkContext context = new SinkContext("exam", "kvm-07", new SimpleMeterRegistry());
    return transport.decisions(as(user), context, heard).orElseThrow();
  }

  @Test
  void hostsAskAndDecidersAnswer() throws Exception {
    Heard heard = new Heard();
    DecisionRequest request = questions.next("placement", "web-1");
    try (DecisionFeed feed =
            transport.decisionFeed(as("deciders"), "a", "placement", 1).orElseThrow();
        DecisionChannel channel = open("hosts", heard)) {
      channel.ask(request);
      DecisionBrokerContract.next(feed).reply(new byte[] {1});
      heard.awaitReplies(request.correlation(), 1);
    }
    assertThat(heard.faults()).isEmpty();
    assertThat(transport.checkDecisions(as("hosts"), false))
        .noneMatch(line -> line.level() == Check.Level.FAILURE)
        .noneMatch(line -> line.message().contains("decide for every host"));
  }

  @Test
  void neitherMayDoTheOthersPart() {
    assertThatThrownBy(() -> open("deciders", new Heard()))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AUTHORIZATION))
        .hasMessageContaining("may not WRITE topic " + REQUESTS);
    assertThatThrownBy(() -> transport.decisionFeed(as("hosts"), "a", "placement", 1))
        .isInstanceOfSatisfying(
            SinkException.class, e -> assertThat(e.reason()).isEqualTo(Reason.AUTHORIZATION));
    assertThat(transport.checkDecisions(as("deciders"), false))
        .anyMatch(line -> line.message().contains("may not WRITE"))
        .anyMatch(line -> line.message().contains("may not READ"))
        .anyMatch(line -> line.message().contains("decide for every host"));
  }
}
