package dev.hookbridge.testing;

import java.util.List;

/** The kinds of brokers and their differences. */
enum Kind {
  KAFKA(
      "kafka",
      "HOOKBRIDGE_TEST_KAFKA",
      "apache/kafka:4.3.1",
      "more.properties",
      "KAFKA_VERSION",
      "") {
    @Override
    boolean answers(String host, int port) {
      return Probe.kafka(host, port);
    }
  },
  RABBITMQ(
      "rabbitmq",
      "HOOKBRIDGE_TEST_AMQP",
      "rabbitmq:4.2",
      "more.conf",
      "RABBITMQ_SUITE",
      "amqp://guest:guest@") {
    @Override
    boolean answers(String host, int port) {
      return Probe.amqp(host, port);
    }
  };

  /** The script in {@code deploy/broker}. */
  final String script;

  /** The environment variable with the address of a broker to use instead of a new one. */
  final String variable;

  final String image;

  /** The file with additional settings, in the folder of the broker's data. */
  final String settingsFile;

  /** The script's environment variable with the version to run. */
  final String versionVariable;

  private final String scheme;

  Kind(
      String script,
      String variable,
      String image,
      String settingsFile,
      String versionVariable,
      String scheme) {
    this.script = script;
    this.variable = variable;
    this.image = image;
    this.settingsFile = settingsFile;
    this.versionVariable = versionVariable;
    this.scheme = scheme;
  }

  /**
   * Returns the version that this run of the tests is about: a Kafka release, or the Debian suite
   * whose RabbitMQ it is. Empty means the usual one. {@code ./verify brokers} sets it.
   */
  String version() {
    return System.getProperty("hookbridge." + script, "");
  }

  /** Returns whether a broker answers at this address. */
  abstract boolean answers(String host, int port);

  String address(int port) {
    return scheme + "127.0.0.1:" + port;
  }

  /** Returns whether any server of an address answers. */
  boolean answers(String address) {
    String servers = address.replaceFirst("^amqps?://([^@/]*@)?", "").replaceFirst("/.*", "");
    for (String server : List.of(servers.split(",", -1))) {
      int colon = server.lastIndexOf(':');
      if (answers(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)))) {
        return true;
      }
    }
    return false;
  }
}
