package io.quorate.bench.load;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a report is printed. */
enum OutputForm {
    TABLE,
    JSON;

    String render(LoadReport report) {
        return switch (this) {
            case TABLE -> ReportTable.render(report);
            case JSON -> ReportJson.render(report) + "\n";
        };
    }

    /** Reads a form, ignoring case. */
    static final class Converter implements ITypeConverter<OutputForm> {
        @Override
        public OutputForm convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "table" -> TABLE;
                case "json" -> JSON;
                default -> throw new TypeConversionException("'" + text + "' is neither table nor json");
            };
        }
    }
}
