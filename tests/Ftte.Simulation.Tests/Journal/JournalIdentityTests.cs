using Ftte.Simulation.Journal;

namespace Ftte.Simulation.Tests;

/// <summary>The journal of another run is refused.</summary>
public sealed class JournalIdentityTests : JournalBench
{
    [Fact]
    public void The_journal_of_another_run_is_refused_with_both_descriptions_and_left_as_it_is()
    {
        byte[] whole = ThreeRecords(out _);
        foreach (string other in (string[])["digits, seed 8", "digits", Description + " and more", ""])
        {
            string message = Assert.Throws<InvalidDataException>(() => JournalFile.Open(JournalPath, other)).Message;
            Assert.Equal($"The file '{JournalPath}' is the journal of another run, '{Description}', but this run is '{other}'. Use the settings of that run, or delete the file.", message);
            Assert.Equal(whole, File.ReadAllBytes(JournalPath));
        }
    }

    [Fact]
    public void A_description_of_any_letters_and_up_to_the_limit_is_kept()
    {
        foreach (string description in (string[])["", "Ziffern, groß: 数字", new string('x', 1 << 16)])
        {
            JournalFile.Open(JournalPath, description).Dispose();
            JournalFile.Open(JournalPath, description).Delete();
        }

        Assert.Throws<ArgumentException>("description", () => JournalFile.Open(JournalPath, new string('x', (1 << 16) + 1)));
    }

    [Fact]
    public void What_follows_from_something_else_is_refused_as_another_runs()
    {
        byte[] other = [.. Own];
        other[^1]++;
        using (JournalFile journal = Open())
        {
            Add(journal, 7, [1, 2, 3]);
            journal.Add(new ModelVersion(4), Own, Quality);
        }

        using JournalFile again = Open();
        Assert.Equal(
            $"The file '{JournalPath}' is the journal of another run: job 7 differs, or began with another model. Use the rule, devices and options of that run, or delete the file.",
            Assert.Throws<InvalidDataException>(() => again.Find(7, Assignment(), other)).Message);
        Assert.Contains("version 4 is another model", Assert.Throws<InvalidDataException>(() => again.Find(new ModelVersion(4), other)).Message);
    }

    [Fact]
    public void A_fingerprint_distinguishes_everything_that_training_depends_on()
    {
        TrainingAssignment assignment = Assignment();
        byte[][] all =
        [
            Fingerprint.Of(1, assignment, [1, 2], 9),
            Fingerprint.Of(2, assignment, [1, 2], 9),
            Fingerprint.Of(1, assignment with { UpdateId = new UpdateId(2) }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { Version = new ModelVersion(1) }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { SelectionVersion = new SelectionVersion(1) }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { Selection = ParameterSelection.OfBlocks(Layout, "b") }, [1, 2], 9),
            Fingerprint.Of(1, assignment with { Content = UpdateContent.Trained }, [1, 2], 9),
            Fingerprint.Of(1, assignment, [1, 3], 9),
            Fingerprint.Of(1, assignment, [1, 2], 8),
        ];

        Assert.Equal(all.Length, all.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(all[0], Fingerprint.Of(1, Assignment(), [1, 2], 9));
    }
}
