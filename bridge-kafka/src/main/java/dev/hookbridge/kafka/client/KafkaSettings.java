package dev.hookbridge.kafka.client;

import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Holds the configuration of a Kafka sink, and makes the properties of the Kafka clients from it.
 */
public final class KafkaSettings {
  /** The topic of the feed. */
  public static final SettingKey<String> TOPIC =
      SettingKey.required("topic", "The topic; it must be there, the agent creates none.");

  /** The properties of the Kafka clients. */
  public static final SettingKey<Map<String, String>> PROPERTIES =
      SettingKey.requiredMap(
          "properties",
          "Properties of the Kafka client, bootstrap.servers at least; those on which order and loss"
              + " depend are refused.");

  private static final String SERVERS = "bootstrap.servers";
  private static final Pattern TOPIC_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  private static final Pattern SERVER = Pattern.compile("\\s*\\S+:\\d{1,5}\\s*");

  /**
   * Fixed producer properties. They ensure that no event is lost and no event overtakes another.
   * Only one request is in flight: a broker that does not know the producer yet would accept the
   * second batch after it refused the first. A broker handles the requests of one connection one
   * after the other anyway.
   */
  private static final Map<String, Object> OURS =
      Map.ofEntries(
          Map.entry("acks", "all"),
          Map.entry("enable.idempotence", true),
          Map.entry("max.in.flight.requests.per.connection", 1),
          Map.entry("delivery.timeout.ms", Integer.MAX_VALUE),
          Map.entry("retries", Integer.MAX_VALUE),
          Map.entry("max.block.ms", 4_000),
          Map.entry("key.serializer", ByteArraySerializer.class.getName()),
          Map.entry("value.serializer", ByteArraySerializer.class.getName()));

  /**
   * Properties that must not be set. The order depends on the default partitioner. The sink does
   * not use transactions.
   */
  private static final Set<String> ABSENT =
      Set.of(
          "partitioner.class",
          "partitioner.ignore.keys",
          "transactional.id",
          "transaction.two.phase.commit.enable");

  private static final Set<String> STORES =
      Set.of("ssl.keystore.location", "ssl.truststore.location");

  private final String topic;
  private final ContentMode mode;
  private final Map<String, String> properties;

  private KafkaSettings(String topic, ContentMode mode, Map<String, String> properties) {
    this.topic = topic;
    this.mode = mode;
    this.properties = properties;
  }

  /**
   * Parses and checks the settings, without any connection.
   *
   * @throws IllegalArgumentException with one sentence, when a setting is wrong
   */
  public static KafkaSettings of(Settings settings) {
    String topic = topic(settings, TOPIC);
    Map<String, String> properties = settings.get(PROPERTIES);
    servers(settings, properties);
    for (String name : properties.keySet()) {
      if (OURS.containsKey(name) || ABSENT.contains(name)) {
        throw settings.wrong(
            PROPERTIES.name() + "." + name,
            "is set",
            "remove it, what is promised about order and loss depends on it");
      }
    }
    KafkaSettings parsed = new KafkaSettings(topic, settings.get(ContentMode.KEY), properties);
    parsed.understood(settings);
    return parsed;
  }

  /**
   * Parses the settings as {@link #of} does, before a connection. In addition it checks that the
   * keystore and truststore files are readable. The client's own error for a missing file names
   * neither the file nor the property.
   */
  public static KafkaSettings connecting(Settings settings) {
    KafkaSettings parsed = of(settings);
    parsed.properties.forEach(
        (name, value) -> {
          if (STORES.contains(name) && !Files.isReadable(Path.of(value))) {
            throw settings.wrong(
                PROPERTIES.name() + "." + name,
                "names a file that cannot be read",
                "check path and permissions");
          }
        });
    return parsed;
  }

  /**
   * Returns the name of a topic.
   *
   * @throws IllegalArgumentException with one sentence, when the name is not valid
   */
  public static String topic(Settings settings, SettingKey<String> key) {
    String name = settings.get(key);
    if (!TOPIC_NAME.matcher(name).matches() || name.matches("\\.{1,2}")) {
      throw settings.wrong(
          key, "is '" + name + "'", "write up to 249 letters, digits, '.', '_' or '-'");
    }
    return name;
  }

  private static void servers(Settings settings, Map<String, String> properties) {
    String key = PROPERTIES.name() + "." + SERVERS;
    String servers = properties.get(SERVERS);
    if (servers == null) {
      throw settings.wrong(key, "is missing", "write the brokers as host:port,host:port");
    }
    for (String server : servers.split(",", -1)) {
      if (!SERVER.matcher(server).matches()) {
        throw settings.wrong(key, "is '" + servers + "'", "write it as host:port,host:port");
      }
    }
  }

  private void understood(Settings settings) {
    try {
      new ProducerConfig(producer("check", "check"));
    } catch (ConfigException e) {
      throw settings.wrong(
          PROPERTIES,
          "are not what the Kafka client takes: "
              + ErrorText.of(withoutSecrets(String.valueOf(e.getMessage()))),
          "see the client's documentation of producer configurations");
    }
  }

  private String withoutSecrets(String message) {
    String shown = message;
    for (Map.Entry<String, String> property : properties.entrySet()) {
      if (isSecret(property.getKey()) && !property.getValue().isEmpty()) {
        shown = shown.replace(property.getValue(), "[hidden]");
      }
    }
    return shown;
  }

  /**
   * Returns whether a property may hold a secret. An unknown property may be the secret of a
   * plugin.
   */
  private static boolean isSecret(String name) {
    ConfigDef.ConfigKey known = ProducerConfig.configDef().configKeys().get(name);
    return known == null || known.type == ConfigDef.Type.PASSWORD;
  }

  public String topic() {
    return topic;
  }

  /** Returns the content mode of the feed. Decision requests are always binary. */
  public ContentMode mode() {
    return mode;
  }

  /** Returns the value of {@code bootstrap.servers}. */
  public String servers() {
    return String.valueOf(properties.get(SERVERS));
  }

  /**
   * Returns the properties that the producer does not know: those of a plugin, or a misspelt name.
   */
  public Set<String> unknown() {
    Set<String> names = new TreeSet<>(properties.keySet());
    names.removeAll(ProducerConfig.configNames());
    return names;
  }

  /** Returns the properties of the producer of events. */
  public Map<String, Object> producer(String host, String sink) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("client.id", "hookbridge-" + host + "-" + sink);
    // A broker that hangs is noticed after 10 s instead of 30 s.
    all.put("request.timeout.ms", 10_000);
    // With one request in flight, a request must carry many events of a backlog.
    all.put("batch.size", 128 * 1024);
    all.put("linger.ms", 0);
    all.putAll(properties);
    all.putAll(OURS);
    return all;
  }

  /**
   * Returns the {@code security.protocol} as the client understands it, for example {@code
   * SASL_SSL}.
   */
  public String protocol() {
    return properties.getOrDefault("security.protocol", "PLAINTEXT").toUpperCase(Locale.ROOT);
  }

  /**
   * Returns the size in bytes of the largest request that the producer sends, by its own
   * configuration.
   */
  public int maxRequestSize() {
    return new ProducerConfig(producer("size", "size")).getInt("max.request.size");
  }

  /** Returns the producer's {@code compression.type}, {@code none} by default. */
  public String compression() {
    return new ProducerConfig(producer("compression", "compression")).getString("compression.type");
  }

  Map<String, Object> admin() {
    Map<String, Object> all = shared(AdminClientConfig.configNames());
    all.put("request.timeout.ms", 4_000);
    all.put("default.api.timeout.ms", 4_000);
    return all;
  }

  /** Returns the properties of a consumer without a group. */
  public Map<String, Object> consumer() {
    Map<String, Object> all = shared(ConsumerConfig.configNames());
    all.put("key.deserializer", ByteArrayDeserializer.class.getName());
    all.put("value.deserializer", ByteArrayDeserializer.class.getName());
    all.put("enable.auto.commit", false);
    all.put("allow.auto.create.topics", false);
    all.put("default.api.timeout.ms", 5_000);
    return all;
  }

  /** Returns the properties that other clients need too: servers, security, those of a plugin. */
  private Map<String, Object> shared(Set<String> known) {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    all.keySet()
        .removeIf(name -> ProducerConfig.configNames().contains(name) && !known.contains(name));
    all.remove("client.id");
    all.remove("interceptor.classes");
    return all;
  }

  @Override
  public String toString() {
    return topic + " at " + servers();
  }
}
