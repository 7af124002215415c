package dev.hookbridge.observer;

import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.GuestList.Guest;
import dev.hookbridge.envelope.ObservedEvent.Subject;
import dev.hookbridge.observer.rpc.LibvirtConnection;
import dev.hookbridge.observer.rpc.LibvirtErrorException;
import dev.hookbridge.observer.rpc.XdrReader;
import dev.hookbridge.observer.rpc.XdrWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lists the guests of a driver. The list is the state after all events that the connection has
 * handed out when it is complete: a guest that had an event meanwhile is asked about again.
 */
final class GuestLister {
  private static final int LOOKUP_BY_UUID = 24;
  private static final int GET_AUTOSTART = 15;
  private static final int IS_PERSISTENT = 151;
  private static final int GET_STATE = 212;
  private static final int LIST_ALL = 273;
  private static final int PERSISTENT = 1 << 2;
  private static final int AUTOSTART = 1 << 10;

  /** The bytes of a domain with an empty name. */
  private static final int LEAST_DOMAIN = 24;

  private static final int MOST_ROUNDS = 5;

  private final LibvirtConnection connection;
  private final String driver;
  private final Duration patience;
  private final Set<String> touched = new HashSet<>();
  private boolean complete;

  /**
   * Creates a lister.
   *
   * @param patience the longest wait for each reply. libvirt does not answer while a hook of a
   *     guest runs
   */
  GuestLister(LibvirtConnection connection, String driver, Duration patience) {
    this.connection = connection;
    this.driver = driver;
    this.patience = patience;
  }

  /** Reports an event about a guest, on the thread that lists. */
  void touched(String uuid) {
    touched.add(uuid);
  }

  /**
   * Takes the list.
   *
   * @throws LibvirtErrorException if the daemon refuses to list
   * @throws IOException if the daemon does not reply in time, or the connection has ended
   */
  GuestList list() throws IOException {
    touched.clear();
    complete = true;
    List<Subject> all = domains(0);
    Set<String> persistent = uuids(domains(PERSISTENT));
    Set<String> autostart = uuids(domains(AUTOSTART));
    Map<String, Guest> guests = new LinkedHashMap<>();
    for (Subject subject : all) {
      String uuid = subject.uuid();
      boolean kept = persistent.contains(uuid);
      put(guests, uuid, guest(subject, kept, autostart.contains(uuid)));
    }
    for (int round = 0; round < MOST_ROUNDS && !touched.isEmpty(); round++) {
      Set<String> again = new HashSet<>(touched);
      touched.clear();
      for (String uuid : again) {
        put(guests, uuid, lookUp(uuid));
      }
    }
    touched.forEach(guests::remove);
    return new GuestList(driver, complete && touched.isEmpty(), new ArrayList<>(guests.values()));
  }

  private static void put(Map<String, Guest> guests, String uuid, @Nullable Guest guest) {
    if (guest == null) {
      guests.remove(uuid);
    } else {
      guests.put(uuid, guest);
    }
  }

  private List<Subject> domains(int flags) throws IOException {
    XdrReader reply = connection.call(LIST_ALL, new XdrWriter().number(1).number(flags), patience);
    List<Subject> domains = new ArrayList<>();
    for (int left = reply.count(LEAST_DOMAIN); left > 0; left--) {
      domains.add(EventDecoder.domain(driver, reply));
    }
    return domains;
  }

  private static Set<String> uuids(List<Subject> domains) {
    Set<String> uuids = new HashSet<>();
    domains.forEach(domain -> uuids.add(domain.uuid()));
    return uuids;
  }

  /** Returns the guest with its state, or null if it does not exist any more. */
  private @Nullable Guest guest(Subject subject, boolean persistent, boolean autostart)
      throws IOException {
    try {
      XdrReader reply = connection.call(GET_STATE, domain(subject).number(0), patience);
      int state = reply.number();
      String reason = Words.stateReason(state, reply.number());
      return new Guest(subject, Words.of(Words.STATES, state), reason, persistent, autostart);
    } catch (LibvirtErrorException e) {
      return gone(e);
    }
  }

  private @Nullable Guest lookUp(String uuid) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(uuid.replace("-", ""));
    try {
      XdrReader found = connection.call(LOOKUP_BY_UUID, new XdrWriter().opaque(bytes), patience);
      Subject subject = EventDecoder.domain(driver, found);
      return guest(subject, flag(IS_PERSISTENT, subject), flag(GET_AUTOSTART, subject));
    } catch (LibvirtErrorException e) {
      return gone(e);
    }
  }

  private boolean flag(int procedure, Subject subject) throws IOException {
    try {
      return connection.call(procedure, domain(subject), patience).number() != 0;
    } catch (LibvirtErrorException e) {
      gone(e);
      return false;
    }
  }

  /** Handles a refusal: a guest that exists and cannot be asked about is missing in the list. */
  private @Nullable Guest gone(LibvirtErrorException e) {
    complete &= e.code() == LibvirtErrorException.NO_DOMAIN;
    return null;
  }

  private static XdrWriter domain(Subject subject) {
    byte[] uuid = HexFormat.of().parseHex(subject.uuid().replace("-", ""));
    return new XdrWriter().string(subject.name()).opaque(uuid).number(subject.id());
  }
}
