using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ftte.Simulation.Journal;

/// <summary>An open journal. Thread-safe once it is open.</summary>
/// <remarks>
/// The file is little-endian: the magic, the description with its length and checksum, then records with length, checksum and payload. A payload has a kind, a number
/// and the <see cref="Fingerprint"/> of its inputs; then an update has its example count, content and values, an evaluation has its four values, and the state that a job leaves on its
/// device has its bytes. The state is written before the update of the same job.
/// </remarks>
internal sealed class JournalFile : IDisposable
{
    private const int HeadBytes = 4 + ChecksumBytes;
    private const int ChecksumBytes = 8;
    private const int MaxDescriptionBytes = 1 << 16;
    private const int NameBytes = 1 + 8 + Fingerprint.Bytes;
    private const int UpdateHeadBytes = NameBytes + 4 + 1;
    private const int QualityBytes = NameBytes + (4 * 8);
    private const byte UpdateKind = 1;
    private const byte QualityKind = 2;
    private const byte StateKind = 3;

    private readonly Lock _writing = new();
    private readonly string _path;
    private readonly FileStream _file;
    private readonly Dictionary<long, (long Offset, int Length)> _updates = [];
    private readonly Dictionary<long, (long Offset, int Length)> _states = [];
    private readonly Dictionary<long, (byte[] Model, ModelQuality Quality)> _qualities = [];
    private SafeFileHandle? _handle;
    private long _end;

    private JournalFile(string path, FileStream file) => (_path, _file) = (path, file);

    private static ReadOnlySpan<byte> Magic => "FTTErun3"u8;

    /// <summary>Gets the number of updates found.</summary>
    public int Count => _updates.Count;

    /// <summary>Opens or creates a journal.</summary>
    /// <param name="path">The file.</param>
    /// <param name="description">The description of the run.</param>
    /// <exception cref="InvalidDataException">The file is not a journal, or is the journal of another run.</exception>
    /// <exception cref="IOException">The file cannot be opened, or another run has it open.</exception>
    public static JournalFile Open(string path, string description)
    {
        bool isNew = !Path.Exists(path);
        var journal = new JournalFile(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        isNew &= journal._file.Length == 0;
        try
        {
            journal.ReadHeader(description);
            journal.ReadRecords();

            // From here on, threads use the handle at offsets of their own, because the stream is not thread-safe.
            (journal._end, journal._handle) = (journal._file.Position, journal._file.SafeFileHandle);
            return journal;
        }
        catch
        {
            journal.Dispose();
            if (isNew)
            {
                File.Delete(path);
            }

            throw;
        }
    }

    /// <summary>Returns the update of a job; null if it is not in the journal.</summary>
    /// <exception cref="InvalidDataException">The record is of another job or another model, so the journal is of another run.</exception>
    public SparseUpdate? Find(long job, TrainingAssignment assignment, ReadOnlySpan<byte> fingerprint)
    {
        return Read(_updates, job, fingerprint) is { } payload
            ? SparseUpdate.Create(
                assignment.CreateHeader(BinaryPrimitives.ReadInt32LittleEndian(payload.AsSpan(NameBytes))),
                MemoryMarshal.Cast<byte, float>(payload.AsSpan(UpdateHeadBytes)))
            : null;
    }

    /// <summary>Returns the state that a job left on its device, empty if it left none; null if it is not in the journal.</summary>
    /// <exception cref="InvalidDataException">The record is of another job or another model, so the journal is of another run.</exception>
    public ReadOnlyMemory<byte>? FindState(long job, ReadOnlySpan<byte> fingerprint) => Read(_states, job, fingerprint)?.AsMemory(NameBytes);

    /// <summary>Returns the quality of a version; null if it is not in the journal.</summary>
    /// <exception cref="InvalidDataException">The record is of another model, so the journal is of another run.</exception>
    public ModelQuality? Find(ModelVersion version, ReadOnlySpan<byte> fingerprint)
    {
        if (!_qualities.TryGetValue(version.Number, out var known))
        {
            return null;
        }

        return fingerprint.SequenceEqual(known.Model) ? known.Quality : throw Foreign($"version {version.Number} is another model");
    }

    /// <summary>Stores the update of a job.</summary>
    public void Add(long job, ReadOnlySpan<byte> fingerprint, SparseUpdate update)
    {
        ReadOnlySpan<byte> values = MemoryMarshal.AsBytes(update.Values.Span);
        byte[] payload = new byte[UpdateHeadBytes + values.Length];
        WriteHead(payload, UpdateKind, job, fingerprint);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(NameBytes), update.Header.ExampleCount);
        payload[UpdateHeadBytes - 1] = (byte)update.Header.Content;
        values.CopyTo(payload.AsSpan(UpdateHeadBytes));
        Append(payload);
    }

    /// <summary>Stores the state that a job leaves on its device.</summary>
    public void AddState(long job, ReadOnlySpan<byte> fingerprint, ReadOnlySpan<byte> state)
    {
        byte[] payload = new byte[NameBytes + state.Length];
        WriteHead(payload, StateKind, job, fingerprint);
        state.CopyTo(payload.AsSpan(NameBytes));
        Append(payload);
    }

    /// <summary>Stores the quality of a version.</summary>
    public void Add(ModelVersion version, ReadOnlySpan<byte> fingerprint, ModelQuality quality)
    {
        byte[] payload = new byte[QualityBytes];
        WriteHead(payload, QualityKind, version.Number, fingerprint);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(NameBytes), quality.Accuracy);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(NameBytes + 8), quality.StragglerAccuracy);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(NameBytes + 16), quality.Loss);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(NameBytes + 24), quality.ValidationAccuracy);
        Append(payload);
    }

    /// <summary>Deletes the file, because the run is complete.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHead(Span<byte> payload, byte kind, long number, ReadOnlySpan<byte> fingerprint)
    {
        payload[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(payload[1..], number);
        fingerprint.CopyTo(payload[9..]);
    }

    /// <summary>Reads the payload of a job's record; null if there is none.</summary>
    private byte[]? Read(Dictionary<long, (long Offset, int Length)> records, long job, ReadOnlySpan<byte> fingerprint)
    {
        if (!records.TryGetValue(job, out var place))
        {
            return null;
        }

        byte[] payload = new byte[place.Length];
        int read = RandomAccess.Read(_handle!, payload, place.Offset);
        return read == payload.Length && fingerprint.SequenceEqual(payload.AsSpan(NameBytes - Fingerprint.Bytes, Fingerprint.Bytes))
            ? payload
            : throw Foreign($"job {job} differs, or began with another model");
    }

    private InvalidDataException Foreign(string difference) =>
        new($"The file '{_path}' is the journal of another run: {difference}. Use the rule, devices and options of that run, or delete the file.");

    private void ReadHeader(string description)
    {
        byte[] own = Encoding.UTF8.GetBytes(description);
        if (own.Length > MaxDescriptionBytes)
        {
            throw new ArgumentException($"The description of the journal has {own.Length} bytes. Specify at most {MaxDescriptionBytes}.", nameof(description));
        }

        byte[] header = [.. Magic, .. HeadOf(own), .. own];
        byte[] start = new byte[Math.Min(header.Length, _file.Length)];
        _file.ReadExactly(start);
        if (start.Length < header.Length && header.AsSpan().StartsWith(start))
        {
            // The file is new, or the process was killed while it wrote the header. No other file is overwritten.
            Write([header.AsMemory(start.Length)], start.Length);
            _file.Position = header.Length;
            return;
        }

        _file.Position = Math.Min(Magic.Length, _file.Length);
        if (!start.AsSpan().StartsWith(Magic) || ReadPayload(MaxDescriptionBytes) is not { } found)
        {
            throw new InvalidDataException($"The file '{_path}' is not a run journal. Specify a new file or an existing journal.");
        }

        if (!own.AsSpan().SequenceEqual(found))
        {
            throw new InvalidDataException(
                $"The file '{_path}' is the journal of another run, '{Encoding.UTF8.GetString(found)}', but this run is '{description}'. Use the settings of that run, or delete the file.");
        }
    }

    private void ReadRecords()
    {
        long end = _file.Position;
        while (ReadPayload(int.MaxValue) is { } payload && Index(payload, end + HeadBytes))
        {
            end = _file.Position;
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    private bool Index(byte[] payload, long offset)
    {
        if (payload.Length < NameBytes)
        {
            return false;
        }

        long number = BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(1));
        switch (payload[0])
        {
            case UpdateKind when payload.Length >= UpdateHeadBytes && (payload.Length - UpdateHeadBytes) % sizeof(float) == 0:
                _updates[number] = (offset, payload.Length);
                return true;
            case StateKind:
                _states[number] = (offset, payload.Length);
                return true;
            case QualityKind when payload.Length == QualityBytes:
                double Value(int at) => BinaryPrimitives.ReadDoubleLittleEndian(payload.AsSpan(NameBytes + at));
                _qualities[number] = (payload[9..NameBytes], new ModelQuality(Value(0), Value(8), Value(16), Value(24)));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads a record; null if no complete record is left.</summary>
    private byte[]? ReadPayload(int maxLength)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (_file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > maxLength || length > _file.Length - _file.Position)
        {
            return null;
        }

        byte[] payload = new byte[length];
        _file.ReadExactly(payload);
        return head[4..].SequenceEqual(SHA256.HashData(payload).AsSpan(0, ChecksumBytes)) ? payload : null;
    }

    private static byte[] HeadOf(byte[] payload)
    {
        byte[] head = new byte[HeadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(head, payload.Length);
        SHA256.HashData(payload).AsSpan(0, ChecksumBytes).CopyTo(head.AsSpan(4));
        return head;
    }

    private void Append(byte[] payload)
    {
        byte[] head = HeadOf(payload);
        lock (_writing)
        {
            Write([head, payload], _end);
            _end += head.Length + payload.Length;
        }
    }

    /// <summary>Writes without a buffer, so that closing the file writes nothing. An incomplete record after a failure is overwritten or removed.</summary>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full. The message names the file and the reason.</exception>
    private void Write(ReadOnlyMemory<byte>[] parts, long offset)
    {
        try
        {
            RandomAccess.Write(_handle ?? _file.SafeFileHandle, parts, offset);
        }
        catch (IOException failure) when (AtomicFile.TryDescribe(_path, failure, out Exception? clear))
        {
            throw clear;
        }
    }
}
