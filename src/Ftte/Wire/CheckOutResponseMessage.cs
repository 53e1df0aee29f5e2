using System.Buffers;
using System.Numerics.Tensors;

namespace Ftte.Wire;

/// <summary>Writes and reads messages that contain the server's response to a request for work, with the parameters that the device lacks.</summary>
/// <remarks>Stateless and thread-safe. Parameters are copied through a small buffer, without a packed copy of the model.</remarks>
public static class CheckOutResponseMessage
{
    /// <summary>Returns the number of bytes that <see cref="Write"/> writes.</summary>
    /// <param name="answer">The response.</param>
    /// <param name="format">The format of the parameters.</param>
    /// <returns>The number of bytes; may exceed the maximum length of a message.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The format is not defined.</exception>
    public static long GetLength(in CheckOutResponse answer, ValueFormat format) => answer.Assignment is { } assignment
        ? Envelope.GetLength(CheckOutFields.GetLength(answer), assignment.Refreshed.Count, format)
        : Envelope.GetLength(CheckOutFields.GetLength(answer), 0, default);

    /// <summary>Writes a response and, if it has an assignment, the parameters in <see cref="TrainingAssignment.Refreshed"/>.</summary>
    /// <param name="writer">Receives the bytes, the parameters in pieces of a few KiB.</param>
    /// <param name="answer">The response.</param>
    /// <param name="parameters">
    /// The whole flat vector of the assignment's version, borrowed. Must be finite, for <see cref="ValueFormat.BFloat16"/> also after rounding, because
    /// a reader rejects other models. Ignored without an assignment.
    /// </param>
    /// <param name="format">The format of the parameters. Not used without an assignment.</param>
    /// <param name="seed">The seed of stochastic rounding, used by <see cref="ValueFormat.Int8"/> only; see <see cref="WireMessage.GetSeed"/>.</param>
    /// <exception cref="ArgumentException">
    /// The outcome and the assignment contradict each other, the length of the vector differs from that of the selections, a field has an invalid value, or the
    /// message would exceed <see cref="int.MaxValue"/> bytes. Nothing was written.
    /// </exception>
    public static void Write(IBufferWriter<byte> writer, in CheckOutResponse answer, ReadOnlySpan<float> parameters, ValueFormat format, ulong seed)
    {
        CheckOutFields.Validate(answer);
        if (!answer.IsAssigned)
        {
            var refusal = new MessageWriter(writer, MessageKind.CheckOutResponse, CheckOutFields.GetLength(answer));
            CheckOutFields.Write(ref refusal, answer);
            refusal.EndHeader();
            refusal.End();
            return;
        }

        TrainingAssignment assignment = answer.Assignment;
        ParameterSelection refreshed = assignment.Refreshed;
        if (assignment.Selection.ParameterCount != parameters.Length || refreshed.ParameterCount != parameters.Length)
        {
            throw new ArgumentException($"The vector has {parameters.Length} values, but the selections are for {assignment.Selection.ParameterCount} and {refreshed.ParameterCount}. Specify a vector and selections of one model.", nameof(parameters));
        }

        var message = new MessageWriter(writer, MessageKind.CheckOutResponse, CheckOutFields.GetLength(answer), refreshed.Count, format);
        CheckOutFields.Write(ref message, answer);
        message.EndHeader();
        Span<float> buffer = stackalloc float[ValueCodec.Chunk];
        var cursor = new RangeCursor(refreshed);
        for (int at = 0; at < refreshed.Count; at += ValueCodec.Chunk)
        {
            Span<float> chunk = buffer[..Math.Min(ValueCodec.Chunk, refreshed.Count - at)];
            cursor.Gather(parameters, chunk);
            message.Values(chunk, at, seed);
        }

        message.End();
    }

    /// <summary>Reads a response and, if it has an assignment, writes the received parameters to the device's vector.</summary>
    /// <param name="message">The whole message and nothing else.</param>
    /// <param name="parameters">
    /// The device's flat vector. With an assignment, the coordinates in <see cref="TrainingAssignment.Refreshed"/> are overwritten; otherwise, and if
    /// the method throws, the vector is not changed.
    /// </param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <returns>The response.</returns>
    /// <exception cref="WireFormatException">
    /// The bytes are not a valid response, the response is for a vector of a different length, or a parameter is NaN or infinite.
    /// </exception>
    public static CheckOutResponse Read(ReadOnlySpan<byte> message, Span<float> parameters, WireLimits? limits = null)
    {
        limits ??= WireLimits.Default;
        Envelope envelope = Envelope.Open(message, MessageKind.CheckOutResponse, limits);
        var fields = new FieldReader(envelope.Header);
        CheckOutFields.Checked answer = CheckOutFields.Check(ref fields, parameters.Length, limits);
        fields.End();
        if (!answer.IsAssigned)
        {
            envelope.CheckNoValues();
            return answer.ToResponse();
        }

        if (answer.RefreshedCount != envelope.ValueCount)
        {
            throw new WireFormatException(WireError.Inconsistent,
                $"The message refreshes {answer.RefreshedCount} parameters but contains {envelope.ValueCount} values. Correct the sender.");
        }

        CheckFinite(envelope);
        CheckOutResponse response = answer.ToResponse();
        TrainingAssignment assignment = response.Assignment!;
        Span<float> buffer = stackalloc float[ValueCodec.Chunk];
        var cursor = new RangeCursor(assignment.Refreshed);
        for (int at = 0; at < envelope.ValueCount; at += ValueCodec.Chunk)
        {
            Span<float> chunk = buffer[..Math.Min(ValueCodec.Chunk, envelope.ValueCount - at)];
            ValueCodec.Decode(envelope.Payload, at, envelope.Format, chunk);
            cursor.Scatter(chunk, parameters);
        }

        return response;
    }

    private static void CheckFinite(Envelope envelope)
    {
        ValueCodec.CheckScales(envelope.Payload, envelope.Format);
        Span<float> buffer = stackalloc float[ValueCodec.Chunk];
        for (int at = 0; at < envelope.ValueCount; at += ValueCodec.Chunk)
        {
            Span<float> chunk = buffer[..Math.Min(ValueCodec.Chunk, envelope.ValueCount - at)];
            ValueCodec.Decode(envelope.Payload, at, envelope.Format, chunk);
            if (!TensorPrimitives.IsFiniteAll<float>(chunk))
            {
                throw new WireFormatException(WireError.BadValue,
                    $"A parameter among the {chunk.Length} from packed index {at} is NaN or infinite. Models must be finite. Check the server's model.");
            }
        }
    }
}
