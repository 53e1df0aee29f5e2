using System.Buffers;

namespace Ftte.Aggregation;

/// <summary>Saves and restores an <see cref="OptimizerState"/>, so that a restored aggregator computes the same steps.</summary>
public interface IOptimizerStateStorage
{
    /// <summary>Writes the state on which the next steps depend.</summary>
    /// <param name="destination">Receives the bytes.</param>
    void Save(IBufferWriter<byte> destination);

    /// <summary>Restores the bytes that <see cref="Save"/> wrote into a new state.</summary>
    /// <param name="saved">The bytes, borrowed. They may be corrupt.</param>
    /// <exception cref="FormatException">The bytes are not a state of this optimizer.</exception>
    void Load(ReadOnlySpan<byte> saved);
}
