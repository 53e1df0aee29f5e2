namespace Ftte;

/// <summary>Represents a server, or a proxy of one, whose calls require memory on the device, such as for secure aggregation.</summary>
/// <remarks>
/// Optional: <see cref="FederatedClient"/> subtracts the memory from its budget if its server implements this interface, so that the device reports, and the trainer uses, what remains.
/// </remarks>
public interface IMemoryReservation
{
    /// <summary>Gets the memory that the calls require at most, in bytes. Constant and not negative.</summary>
    long ReservedBytes { get; }
}
