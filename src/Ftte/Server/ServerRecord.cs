using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ftte.Numerics;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte;

/// <summary>Writes and reads the records of a server: kind, time since the record before, fields, checksum.</summary>
internal static class ServerRecord
{
    private const int TimeStart = 1;
    private const int FieldsStart = TimeStart + sizeof(long);
    private const int NoBudget = -1;

    /// <summary>Writes an issued assignment.</summary>
    /// <param name="client">The client.</param>
    /// <param name="memoryBudgetBytes">The memory that the client reported; null if the client never trains.</param>
    /// <param name="number">The number of the assignment, from which its ID was computed.</param>
    /// <param name="assignment">The assignment.</param>
    public static Memory<byte> Assigned(ClientId client, long? memoryBudgetBytes, ulong number, IssuedAssignment assignment) => Write(RecordKind.Assigned, 128, (writer, _) =>
    {
        writer.Client(client);
        writer.Int64(memoryBudgetBytes ?? NoBudget);
        writer.UInt64(number);
        assignment.Save(writer);
    });

    public static Memory<byte> Released(ClientId client, UpdateId id) => Write(RecordKind.Released, 64, (writer, _) =>
    {
        writer.Client(client);
        writer.UInt64(id.Value);
    });

    /// <summary>Writes a renewal of a lease.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">The ID of the assignment.</param>
    /// <param name="number">The number of the renewal; 1 for the first of a lease.</param>
    public static Memory<byte> Renewed(ClientId client, UpdateId id, byte number) => Write(RecordKind.Renewed, 64, (writer, _) =>
    {
        writer.Client(client);
        writer.UInt64(id.Value);
        writer.Byte(number);
    });

    /// <summary>Writes an accepted update.</summary>
    /// <param name="header">The header of the update. Its layout is that of the model.</param>
    /// <param name="values">The values, all finite.</param>
    /// <param name="outcome">The outcome, which the replay must repeat.</param>
    /// <param name="fingerprint">The fingerprint of the current version after the update.</param>
    public static Memory<byte> Accepted(UpdateHeader header, ReadOnlyMemory<float> values, UpdateOutcome outcome, ulong fingerprint) => Write(RecordKind.Accepted, 128 + (values.Length * 9 / 8), (writer, output) =>
    {
        writer.Byte((byte)outcome);
        writer.UInt64(fingerprint);
        WriteUpdate(writer, output, header, values.Span);
    });

    /// <summary>Writes an accepted answer to an evaluation.</summary>
    /// <param name="header">The header of the answer. Its layout is that of the model.</param>
    /// <param name="values">The value of each metric.</param>
    /// <param name="group">The group of the client at this time; null for none.</param>
    public static Memory<byte> Evaluated(UpdateHeader header, ReadOnlyMemory<float> values, string? group) => Write(RecordKind.Evaluated, 256, (writer, output) =>
    {
        writer.Flag(group is not null);
        writer.Text(group ?? "");
        WriteUpdate(writer, output, header, values.Span);
    });

    public static Memory<byte> StepScaleChanged(float scale) => Write(RecordKind.StepScaleChanged, 32, (writer, _) => writer.Double(scale));

    public static Memory<byte> Flushed(ulong fingerprint) => Write(RecordKind.Flushed, 32, (writer, _) => writer.UInt64(fingerprint));

    /// <summary>Writes a roll back.</summary>
    /// <param name="earlier">The model that was published again. All of it, because the store may no longer keep it as a version.</param>
    /// <param name="fingerprint">The fingerprint of the published version.</param>
    public static Memory<byte> RolledBack(ModelSnapshot earlier, ulong fingerprint) => Write(RecordKind.RolledBack, 64 + (sizeof(float) * earlier.Parameters.Length), (writer, _) =>
    {
        writer.UInt64(fingerprint);
        writer.Int64(earlier.Version.Number);
        writer.Values(earlier.Parameters.Span);
    });

    /// <summary>Writes a change of the registration of a device.</summary>
    /// <param name="client">The device.</param>
    /// <param name="memoryBudgetBytes">The registered memory budget; null if the device was removed.</param>
    public static Memory<byte> RegistrationChanged(ClientId client, long? memoryBudgetBytes) => Write(RecordKind.RegistrationChanged, 64, (writer, _) =>
    {
        writer.Client(client);
        writer.Int64(memoryBudgetBytes ?? NoBudget);
    });

    public static Memory<byte> SelectionChanged(SelectionVersion version, ParameterSelection selection, long requiredMemoryBytes) => Write(RecordKind.SelectionChanged, 64, (writer, _) =>
    {
        writer.Int32(version.Number);
        writer.Int64(requiredMemoryBytes);
        writer.Selection(selection);
    });

    /// <summary>Completes a record with its time and its checksum.</summary>
    public static void Seal(Memory<byte> record, TimeSpan sinceRecordBefore)
    {
        Span<byte> bytes = record.Span;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[TimeStart..], sinceRecordBefore.Ticks);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^sizeof(uint)..], Crc32C.Compute(bytes[..^sizeof(uint)]));
    }

    /// <summary>Validates the checksum of a record and reads its kind and time.</summary>
    /// <returns>The reader of the fields.</returns>
    /// <exception cref="WireFormatException">The record is corrupt, or its kind is unknown.</exception>
    public static StateReader Open(ReadOnlySpan<byte> record, out RecordKind kind, out TimeSpan sinceRecordBefore)
    {
        if (record.Length < FieldsStart + sizeof(uint))
        {
            throw new WireFormatException(WireError.TooShort, $"A record of {record.Length} bytes is too short. The store is corrupt. Restore a backup.");
        }

        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(record[^sizeof(uint)..]), actual = Crc32C.Compute(record[..^sizeof(uint)]);
        if (declared != actual)
        {
            throw new WireFormatException(WireError.ChecksumMismatch, $"The checksum of a record is {actual:x8}, but the record contains {declared:x8}. The store is corrupt. Restore a backup.");
        }

        kind = (RecordKind)record[0];
        if (!Enum.IsDefined(kind))
        {
            throw new WireFormatException(WireError.WrongKind, $"The store contains a record of the unknown kind {record[0]}. It was written by a newer version of the library. Update the library.");
        }

        var reader = new StateReader(record[TimeStart..^sizeof(uint)]);
        sinceRecordBefore = reader.Duration("time of a record");
        return reader;
    }

    /// <summary>Reads an accepted update.</summary>
    /// <param name="reader">The reader of the fields.</param>
    /// <param name="layout">The layout of the model.</param>
    /// <param name="outcome">Receives the outcome.</param>
    /// <param name="fingerprint">Receives the fingerprint of the current version after the update.</param>
    /// <returns>The update, owned by the caller.</returns>
    public static SparseUpdate ReadAccepted(ref StateReader reader, ParameterLayout layout, out UpdateOutcome outcome, out ulong fingerprint)
    {
        outcome = (UpdateOutcome)reader.Byte();
        fingerprint = reader.UInt64();
        return ReadUpdate(ref reader, layout);
    }

    /// <summary>Reads an accepted answer to an evaluation.</summary>
    /// <param name="reader">The reader of the fields.</param>
    /// <param name="layout">The layout of the model.</param>
    /// <param name="group">Receives the group of the client; null for none.</param>
    /// <returns>The answer, owned by the caller.</returns>
    public static SparseUpdate ReadEvaluated(ref StateReader reader, ParameterLayout layout, out string? group)
    {
        bool hasGroup = reader.Flag("flag of a group");
        string name = reader.Text("group");
        group = hasGroup ? name : null;
        return ReadUpdate(ref reader, layout);
    }

    /// <summary>Reads the model to which a server rolled back.</summary>
    /// <param name="reader">The reader of the fields.</param>
    /// <param name="layout">The layout of the model.</param>
    /// <param name="fingerprint">Receives the fingerprint of the published version.</param>
    public static ModelSnapshot ReadRolledBack(ref StateReader reader, ParameterLayout layout, out ulong fingerprint)
    {
        fingerprint = reader.UInt64();
        var version = new ModelVersion(reader.Int64("version"));
        return ModelSnapshot.TakeOver(layout, version, reader.Finite("parameter", layout.ParameterCount), changed: null);
    }

    /// <summary>Reads a memory budget; null if the record contains none.</summary>
    public static long? ReadMemoryBudget(ref StateReader reader) =>
        reader.Int64("memory budget", min: NoBudget) is var bytes && bytes == NoBudget ? null : bytes;

    private static void WriteUpdate(StateWriter writer, IBufferWriter<byte> output, in UpdateHeader header, ReadOnlySpan<float> values)
    {
        writer.Client(header.Client);
        writer.UInt64(header.Id.Value);
        writer.Int64(header.BaseVersion.Number);
        writer.UInt64(header.BaseFingerprint);
        writer.Int32(header.SelectionVersion.Number);
        writer.Int32(header.ExampleCount);
        writer.Byte((byte)header.Content);
        writer.Int32(values.Length);

        // The format follows the values, because it is known only after they were written.
        writer.Byte((byte)LosslessValues.Write(output, values));
    }

    private static SparseUpdate ReadUpdate(ref StateReader reader, ParameterLayout layout)
    {
        ClientId client = reader.Client();
        var id = new UpdateId(reader.UInt64());
        var baseVersion = new ModelVersion(reader.Int64("base version"));
        ulong baseFingerprint = reader.UInt64();
        var selection = new SelectionVersion(reader.Int32("selection version"));
        int examples = reader.Int32("example count", min: 1);
        var content = (UpdateContent)reader.Byte();
        int count = reader.Int32("number of values", max: Math.Max(layout.ParameterCount, Math.Max(layout.Blocks.Length, EvaluationOptions.MaxMetrics)));
        ReadOnlySpan<byte> encoded = reader.Rest();
        var format = encoded.IsEmpty ? default : (ValueFormat)encoded[^1];
        if (!Enum.IsDefined(format) || ValueCodec.GetLength(count, format) != encoded.Length - 1)
        {
            throw StateReader.Bad("length of the values", encoded.Length);
        }

        IMemoryOwner<float> values = MemoryPool<float>.Shared.Rent(Math.Max(1, count));
        ValueCodec.Decode(encoded, 0, format, values.Memory.Span[..count]);
        return new SparseUpdate(new UpdateHeader(client, id, layout.Fingerprint, baseVersion, selection, examples, content, baseFingerprint), values, count);
    }

    private static Memory<byte> Write(RecordKind kind, int capacity, Action<StateWriter, IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>(capacity);
        var writer = new StateWriter(output);
        writer.Byte((byte)kind);
        writer.Int64(0);
        write(writer, output);
        writer.Int32(0);
        return MemoryMarshal.AsMemory(output.WrittenMemory);
    }
}
