namespace Ftte;

/// <summary>Keeps the state of a trainer on its device between rounds and restarts, such as personal parameters or control variates. The state is never sent.</summary>
/// <remarks>
/// A store holds one state, whose bytes only the trainer understands. One call at a time. <see cref="FileStateStore"/> keeps the state in a file,
/// <see cref="MemoryStateStore"/> until the process ends.
/// </remarks>
public interface IClientStateStore
{
    /// <summary>Loads the state that was saved last.</summary>
    /// <returns>A copy of the state, which belongs to the caller; null if there is none.</returns>
    /// <exception cref="InvalidDataException">The state is damaged; the message states where and how.</exception>
    /// <exception cref="IOException">The state cannot be read.</exception>
    byte[]? Load();

    /// <summary>Replaces the state. If the process ends during the call, the store holds either the previous state or the new one, never a mixture.</summary>
    /// <param name="state">The state, borrowed; empty to remove the previous one.</param>
    /// <exception cref="IOException">The state cannot be written, for example because the disk is full. The store holds the previous state.</exception>
    /// <exception cref="UnauthorizedAccessException">The state must not be written. The store holds the previous state.</exception>
    void Save(ReadOnlySpan<byte> state);
}
