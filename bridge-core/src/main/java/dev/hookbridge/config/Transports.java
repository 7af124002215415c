package dev.hookbridge.config;

import dev.hookbridge.api.Transport;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Loads the transports on the class path, by type. */
final class Transports {
  private Transports() {}

  static Map<String, Transport> load() throws ConfigException {
    Map<String, Transport> byType = new TreeMap<>();
    for (Transport transport : ServiceLoader.load(Transport.class)) {
      Transport other = byType.put(transport.type(), transport);
      if (other != null) {
        throw new ConfigException(
            "two jars in lib/ bring the sink type "
                + transport.type()
                + " ("
                + other.getClass().getName()
                + ", "
                + transport.getClass().getName()
                + "): remove one");
      }
    }
    return byType;
  }
}
