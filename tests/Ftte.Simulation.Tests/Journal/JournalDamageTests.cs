using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Tests;

/// <summary>A damaged journal keeps the records before the damage, and a file that is not a journal is not changed.</summary>
public sealed class JournalDamageTests : JournalBench
{
    [Fact]
    public void Wherever_the_records_are_cut_off_what_was_whole_is_kept_and_more_can_be_added()
    {
        byte[] whole = ThreeRecords(out int[] ends);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(JournalPath, whole[..length]);
            using (JournalFile journal = Open())
            {
                Assert.Equal((length >= ends[0] ? 1 : 0) + (length >= ends[2] ? 1 : 0), journal.Count);
                Assert.Equal(length >= ends[0] ? 10 : null, FirstValue(journal, 0));
                Assert.Equal(length >= ends[1] ? Quality : null, journal.Find(new ModelVersion(5), Own));
                Assert.Equal(length >= ends[2] ? 20 : null, FirstValue(journal, 1));
                Assert.Equal(Math.Max(HeaderBytes, ends.LastOrDefault(end => end <= length)), new FileInfo(JournalPath).Length);
                Add(journal, 77, [7, 7, 7]);
            }

            using JournalFile again = Open();
            Assert.Equal(7, FirstValue(again, 77));
        }
    }

    [Fact]
    public void Wherever_a_byte_has_flipped_the_journal_is_refused_or_keeps_what_comes_before()
    {
        byte[] whole = ThreeRecords(out int[] ends);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(JournalPath, flipped);
            if (at < HeaderBytes)
            {
                Assert.Contains("is not a run journal", Assert.Throws<InvalidDataException>(Open).Message);
                Assert.Equal(flipped, File.ReadAllBytes(JournalPath));
                continue;
            }

            using JournalFile journal = Open();
            Assert.Equal(at >= ends[0] ? 10 : null, FirstValue(journal, 0));
            Assert.Equal(at >= ends[1] ? Quality : null, journal.Find(new ModelVersion(5), Own));
            Assert.Null(FirstValue(journal, 1));
        }
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_length_that_cannot_be_ends_the_journal_before_memory_is_taken(int length)
    {
        byte[] whole = ThreeRecords(out int[] ends);
        BitConverter.TryWriteBytes(whole.AsSpan(ends[0]), length);
        File.WriteAllBytes(JournalPath, whole);
        using JournalFile journal = Open();
        Assert.Equal((1, ends[0]), (journal.Count, new FileInfo(JournalPath).Length));
    }

    [Fact]
    public void A_record_of_an_unknown_kind_ends_the_journal()
    {
        // Whole by its checksum, but what a later library may write.
        using (JournalFile journal = Open())
        {
            Add(journal, 0, [1, 2, 3]);
        }

        long end = new FileInfo(JournalPath).Length;
        byte[] payload = [99, .. new byte[40]];
        using (FileStream file = File.Open(JournalPath, FileMode.Append))
        {
            file.Write(BitConverter.GetBytes(payload.Length));
            file.Write(System.Security.Cryptography.SHA256.HashData(payload).AsSpan(0, 8));
            file.Write(payload);
        }

        using JournalFile again = Open();
        Assert.Equal((1, end), (again.Count, new FileInfo(JournalPath).Length));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("FTTErunners")]
    [InlineData("my thesis, the only copy")]
    [InlineData("a text that is longer than the header of a journal, by far, and no journal all the same")]
    public void A_file_that_is_no_journal_is_refused_and_left_as_it_is(string text)
    {
        File.WriteAllText(JournalPath, text);
        string message = Assert.Throws<InvalidDataException>(Open).Message;
        Assert.Equal($"The file '{JournalPath}' is not a run journal. Specify a new file or an existing journal.", message);
        Assert.Equal(text, File.ReadAllText(JournalPath));
    }

    [Fact]
    public void A_file_that_is_no_journal_stays()
    {
        File.WriteAllText(JournalPath, "my notes");
        Assert.Throws<InvalidDataException>(Open);
        Assert.Equal("my notes", File.ReadAllText(JournalPath));
    }
}
