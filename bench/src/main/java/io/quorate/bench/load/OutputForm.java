package io.quorate.bench.load;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a report is printed. */
enum OutputForm {
    TABLE,
    JSON;

    String render(LoadSeries series) {
        return switch (this) {
            case TABLE -> ReportTable.render(series);
            case JSON -> ReportJson.render(series) + "\n";
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
