using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ftte.Simulation;

/// <summary>A journal, open; for any number of threads once it is.</summary>
/// <remarks>
/// Little-endian: the magic, the description with its length and checksum, then records, each with length, checksum and payload. A payload is a kind, a number
/// and, for an update, example count, content and values; for an evaluation its three values.
/// </remarks>
internal sealed class JournalFile : IDisposable
{
    private const int HeadBytes = 4 + ChecksumBytes;
    private const int ChecksumBytes = 8;
    private const int LongestDescription = 1 << 16;
    private const int UpdateHeadBytes = 1 + 8 + 4 + 1;
    private const int QualityBytes = 1 + 8 + (3 * 8);
    private const byte UpdateKind = 1;
    private const byte QualityKind = 2;

    private readonly Lock _writing = new();
    private readonly string _path;
    private readonly FileStream _file;
    private readonly Dictionary<long, (long Offset, int Length)> _updates = [];
    private readonly Dictionary<long, ModelQuality> _qualities = [];
    private SafeFileHandle? _handle;
    private long _end;

    private JournalFile(string path, FileStream file) => (_path, _file) = (path, file);

    private static ReadOnlySpan<byte> Magic => "FTTEruns"u8;

    /// <summary>Gets the number of updates found.</summary>
    public int Count => _updates.Count;

    /// <summary>Opens a journal, or begins it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="description">What run it is of.</param>
    /// <exception cref="InvalidDataException">The file is no journal, or another run's.</exception>
    /// <exception cref="IOException">The file cannot be opened, or another run has it open.</exception>
    public static JournalFile Open(string path, string description)
    {
        var journal = new JournalFile(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        try
        {
            journal.ReadHeader(description);
            journal.ReadRecords();

            // From here on all threads use the bare handle at places of their own: the stream's buffer, and even asking it for the handle, is for one at a time.
            (journal._end, journal._handle) = (journal._file.Position, journal._file.SafeFileHandle);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Gives what a job trained; null if that is not known.</summary>
    public SparseUpdate? Find(long job, TrainingAssignment assignment)
    {
        if (!_updates.TryGetValue(job, out var place))
        {
            return null;
        }

        byte[] payload = new byte[place.Length];
        int read = RandomAccess.Read(_handle!, payload, place.Offset);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(payload.AsSpan(UpdateHeadBytes));
        bool answers = read == payload.Length && payload[UpdateHeadBytes - 1] == (byte)assignment.Content
            && (assignment.Content == UpdateContent.Importance || values.Length == assignment.Selection.Count);
        return answers
            ? SparseUpdate.Create(assignment.CreateHeader(BinaryPrimitives.ReadInt32LittleEndian(payload.AsSpan(9))), values)
            : throw new InvalidDataException($"{_path}: what job {job} trained does not answer its assignment; delete the file to begin anew.");
    }

    /// <summary>Gives how good a version was; null if that is not known.</summary>
    public ModelQuality? Find(ModelVersion version) => _qualities.TryGetValue(version.Number, out ModelQuality quality) ? quality : null;

    /// <summary>Keeps what a job trained.</summary>
    public void Add(long job, SparseUpdate update)
    {
        ReadOnlySpan<byte> values = MemoryMarshal.AsBytes(update.Values.Span);
        byte[] payload = new byte[UpdateHeadBytes + values.Length];
        WriteHead(payload, UpdateKind, job);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(9), update.Header.ExampleCount);
        payload[UpdateHeadBytes - 1] = (byte)update.Header.Content;
        values.CopyTo(payload.AsSpan(UpdateHeadBytes));
        Append(payload);
    }

    /// <summary>Keeps how good a version was.</summary>
    public void Add(ModelVersion version, ModelQuality quality)
    {
        byte[] payload = new byte[QualityBytes];
        WriteHead(payload, QualityKind, version.Number);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(9), quality.Accuracy);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(17), quality.StragglerAccuracy);
        BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(25), quality.Loss);
        Append(payload);
    }

    /// <summary>Deletes the file: the run has come to its end.</summary>
    public void Delete()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();

    private static void WriteHead(Span<byte> payload, byte kind, long number)
    {
        payload[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(payload[1..], number);
    }

    private void ReadHeader(string description)
    {
        byte[] own = Encoding.UTF8.GetBytes(description);
        if (own.Length > LongestDescription)
        {
            throw new ArgumentException($"The journal's description has {own.Length} bytes; give at most {LongestDescription}.", nameof(description));
        }

        byte[] header = [.. Magic, .. HeadOf(own), .. own];
        byte[] start = new byte[Math.Min(Magic.Length + HeadBytes, _file.Length)];
        _file.ReadExactly(start);
        if (start.Length < Magic.Length + HeadBytes && header.AsSpan().StartsWith(start))
        {
            // New, or killed before it had begun. Nothing else is written over, however short.
            _file.Write(header.AsSpan(start.Length));
            _file.Flush();
            return;
        }

        _file.Position = Math.Min(Magic.Length, _file.Length);
        if (!start.AsSpan().StartsWith(Magic) || ReadPayload(LongestDescription) is not { } found)
        {
            throw new InvalidDataException($"{_path}: this is no journal of a run; give the name of a file that is not there, or of a journal.");
        }

        if (!own.AsSpan().SequenceEqual(found))
        {
            throw new InvalidDataException(
                $"{_path}: this is the journal of another run, '{Encoding.UTF8.GetString(found)}'; this one is '{description}'. Give its settings again, or delete the file.");
        }
    }

    private void ReadRecords()
    {
        long end = _file.Position;
        while (ReadPayload(int.MaxValue) is { } payload && Note(payload, end + HeadBytes))
        {
            end = _file.Position;
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    private bool Note(byte[] payload, long offset)
    {
        if (payload.Length < UpdateHeadBytes)
        {
            return false;
        }

        long number = BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(1));
        switch (payload[0])
        {
            case UpdateKind when (payload.Length - UpdateHeadBytes) % sizeof(float) == 0:
                _updates[number] = (offset, payload.Length);
                return true;
            case QualityKind when payload.Length == QualityBytes:
                double Value(int at) => BinaryPrimitives.ReadDoubleLittleEndian(payload.AsSpan(at));
                _qualities[number] = new ModelQuality(Value(9), Value(17), Value(25));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads a record; null if none is left that is whole.</summary>
    private byte[]? ReadPayload(int longest)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (_file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > longest || length > _file.Length - _file.Position)
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
            RandomAccess.Write(_handle!, (ReadOnlyMemory<byte>[])[head, payload], _end);
            _end += head.Length + payload.Length;
        }
    }
}
