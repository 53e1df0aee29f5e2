namespace Ftte;

/// <summary>Names one update, so that sending it twice counts once.</summary>
/// <remarks>
/// The server hands it out with the assignment (it is the lease's number), so a device that resends after a broken
/// connection, or trains the same assignment again after a crash, cannot count twice.
/// </remarks>
/// <param name="Value">The number, unique among the updates of its client.</param>
public readonly record struct UpdateId(ulong Value)
{
    /// <inheritdoc />
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
