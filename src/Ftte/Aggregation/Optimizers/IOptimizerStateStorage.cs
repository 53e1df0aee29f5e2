using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>Saves and restores an <see cref="OptimizerState"/>, so that an aggregator that is restored takes the same steps.</summary>
public interface IOptimizerStateStorage
{
    /// <summary>Writes everything that the next steps depend on.</summary>
    /// <param name="destination">Receives the bytes.</param>
    void Save(IBufferWriter<byte> destination);

    /// <summary>Restores what <see cref="Save"/> wrote into a new state.</summary>
    /// <param name="saved">The bytes, borrowed. They may be damaged.</param>
    /// <exception cref="FormatException">The bytes are not a state of this optimizer.</exception>
    void Load(ReadOnlySpan<byte> saved);
}
