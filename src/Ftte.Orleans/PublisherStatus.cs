namespace Ftte.Orleans;

/// <summary>Represents the status of the publisher of a federation.</summary>
/// <param name="Silo">The silo that runs the publisher.</param>
/// <param name="Buffer">The number of the current buffer; -1 until it was read.</param>
/// <param name="Waiting">What the next publication waits for.</param>
/// <param name="Fault">The reason of the last failure; null after a success.</param>
[GenerateSerializer]
[Alias("Ftte.PublisherStatus")]
public sealed record PublisherStatus([property: Id(0)] string Silo, [property: Id(1)] long Buffer, [property: Id(2)] string Waiting, [property: Id(3)] string? Fault);
