using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ftte.Simulation.Journal;

/// <summary>Computes hashes of all inputs of a result, so that a journal can detect records of another run.</summary>
internal static class Fingerprint
{
    /// <summary>The length of a fingerprint in bytes.</summary>
    public const int Bytes = 16;

    /// <summary>Computes the fingerprint of a job from its device, its assignment, and the parameters and the device's state that it starts from.</summary>
    public static byte[] Of(int device, TrainingAssignment assignment, ReadOnlySpan<float> parameters, long memoryBudgetBytes, ReadOnlySpan<byte> state = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadOnlySpan<ulong> numbers =
        [
            (ulong)device,
            assignment.UpdateId.Value,
            (ulong)assignment.Version.Number,
            (ulong)assignment.SelectionVersion.Number,
            (ulong)assignment.Content,
            (ulong)memoryBudgetBytes,
            BitConverter.SingleToUInt32Bits(assignment.StepScale),
        ];
        hash.AppendData(MemoryMarshal.AsBytes(numbers));
        hash.AppendData(MemoryMarshal.AsBytes(assignment.Selection.Ranges.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(parameters));
        hash.AppendData(state);
        return hash.GetHashAndReset()[..Bytes];
    }

    /// <summary>Computes the fingerprint of a model from its parameters.</summary>
    public static byte[] Of(ModelSnapshot model) => SHA256.HashData(MemoryMarshal.AsBytes(model.Parameters.Span))[..Bytes];
}
