using System.Buffers;
using System.Numerics.Tensors;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Represents a pooled copy of an admitted update and its values.</summary>
/// <param name="Update">The description of the update.</param>
/// <param name="Variance">The variance of the trainable values, before clipping.</param>
/// <param name="Owner">The buffer with the clipped values; disposed with the copy.</param>
internal sealed record UpdateCopy(AdmittedUpdate Update, double Variance, IMemoryOwner<float> Owner) : IDisposable
{
    /// <summary>The minimum length of a saved copy in bytes, for the validation of counts.</summary>
    public const int MinSavedBytes = 80;

    public ReadOnlyMemory<float> Values => Owner.Memory[..Update.Selection.Count];

    /// <summary>Creates a copy of values, scaled by the clips of the update.</summary>
    public static UpdateCopy Create(in AdmittedUpdate update, double variance, ReadOnlySpan<float> values, MemoryPool<float> pool)
    {
        IMemoryOwner<float> copy = pool.Rent(values.Length);
        Span<float> target = copy.Memory.Span;
        foreach (PackedRoles.Piece piece in update.Roles.Pieces)
        {
            float clip = (float)(piece.IsStatistic ? update.StatisticClip : update.Clip);
            TensorPrimitives.Multiply(values.Slice(piece.Start, piece.Length), clip, target[piece.Start..]);
        }

        return new UpdateCopy(update, variance, copy);
    }

    public static UpdateCopy Load(ref StateReader reader, StateSelections selections, ParameterLayout layout, MemoryPool<float> pool)
    {
        ClientId client = reader.Client();
        ulong id = reader.UInt64();
        (SelectionVersion version, ParameterSelection selection) = selections.Read(ref reader);
        var update = new AdmittedUpdate(
            new UpdateHeader(client, new UpdateId(id), layout.Fingerprint, default, version, 1),
            selection,
            layout.Roles.Of(selection),
            reader.Int32("example count", min: 1),
            reader.Positive("weight"),
            reader.NotNegative("clip"),
            reader.NotNegative("norm"),
            reader.NotNegative("clip of statistics"),
            reader.NotNegative("norm of statistics"));
        double variance = reader.NotNegative("variance");
        reader.CheckLeft((long)selection.Count * sizeof(float));
        IMemoryOwner<float> copy = pool.Rent(selection.Count);
        try
        {
            Span<float> values = copy.Memory.Span[..selection.Count];
            reader.Values(values);
            StateReader.CheckFinite("value of an update", values);
            return new UpdateCopy(update, variance, copy);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    public void Save(StateWriter writer)
    {
        writer.Client(Update.Header.Client);
        writer.UInt64(Update.Header.Id.Value);
        StateSelections.Write(writer, Update.Header.SelectionVersion, Update.Selection);
        writer.Int32(Update.ExampleCount);
        writer.Double(Update.Weight);
        writer.Double(Update.Clip);
        writer.Double(Update.Norm);
        writer.Double(Update.StatisticClip);
        writer.Double(Update.StatisticNorm);
        writer.Double(Variance);
        writer.Values(Values.Span);
    }

    public void Dispose() => Owner.Dispose();
}
