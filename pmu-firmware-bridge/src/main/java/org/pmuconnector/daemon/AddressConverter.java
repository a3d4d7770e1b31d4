package org.pmuconnector.daemon;

import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An address on the command line. */
final class AddressConverter implements ITypeConverter<UnitAddress> {

    @Override
    public UnitAddress convert(String text) {
        try {
            return UnitAddress.parse(text);
        } catch (PmuException e) {
            TypeConversionException unusable = new TypeConversionException(e.getMessage());
            unusable.initCause(e);
            throw unusable;
        }
    }
}
