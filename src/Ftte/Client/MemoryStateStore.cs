namespace Ftte;

/// <summary>Keeps the state of a trainer in memory until the process ends, for simulations and tests.</summary>
public sealed class MemoryStateStore : IClientStateStore
{
    private byte[] _state;

    /// <summary>Creates a store.</summary>
    /// <param name="state">The state to begin with, copied; empty for none.</param>
    public MemoryStateStore(ReadOnlySpan<byte> state = default)
    {
        _state = state.ToArray();
    }

    /// <summary>Gets the state; empty if there is none. <see cref="Save"/> does not change memory that was returned before.</summary>
    public ReadOnlyMemory<byte> State => _state;

    /// <inheritdoc />
    public byte[]? Load() => _state.Length == 0 ? null : [.. _state];

    /// <inheritdoc />
    public void Save(ReadOnlySpan<byte> state) => _state = state.ToArray();
}
