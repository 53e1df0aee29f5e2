namespace Ftte;

/// <summary>Identifies an update, so that an update that is sent twice counts once.</summary>
/// <remarks>
/// The server issues the ID with the assignment; it also identifies the lease. A device that resends an update after a broken
/// connection, or trains the same assignment again after a crash, therefore counts once.
/// </remarks>
/// <param name="Value">The number, unique among the updates of its client.</param>
public readonly record struct UpdateId(ulong Value)
{
    /// <inheritdoc />
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
