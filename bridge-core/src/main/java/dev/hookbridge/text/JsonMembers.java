package dev.hookbridge.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Writes members into the JSON object that is open. */
@FunctionalInterface
public interface JsonMembers {
  void write(JsonGenerator json) throws IOException;
}
