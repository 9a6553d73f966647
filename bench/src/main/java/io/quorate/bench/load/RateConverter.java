package io.quorate.bench.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads rates such as {@code 5000/s} and {@code 90/m}, as operations a second. */
final class RateConverter implements ITypeConverter<Double> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(?:/(s|m))?");
    private static final double SECONDS_PER_MINUTE = 60;

    @Override
    public Double convert(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is no rate such as 5000/s or 90/m");
        }
        double amount = Double.parseDouble(matcher.group(1));
        double perSecond = "m".equals(matcher.group(2)) ? amount / SECONDS_PER_MINUTE : amount;
        if (perSecond <= 0 || perSecond > Arrivals.PER_SECOND_MAX) {
            throw new TypeConversionException(
                    "'" + text + "' is not above 0 and at most " + (long) Arrivals.PER_SECOND_MAX + "/s");
        }
        return perSecond;
    }
}
