using System.Globalization;
using System.Text;
using Ftte.TinyEngine.TimeSeries;

namespace Ftte.TinyEngine.Tests.TimeSeries;

public class WearableDataTests
{
    private const string Header = "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,timestamp,label\n";

    [Fact]
    public void A_recording_has_the_person_the_execution_and_the_device_of_its_name()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("s07_12_sp.csv", Encoding.UTF8.GetBytes(Header + "1,2,3,4,5,6,1657533977810,TURNING\n"));
        WearableRecording recording = WearableData.Read(path);

        Assert.Equal((7, 12, WearableDevice.Phone), (recording.Person, recording.Execution, recording.Device));
        Assert.Equal([1f, 2, 3, 4, 5, 6], recording.Recording.Samples.ToArray());
        Assert.Equal(3, recording.Recording.Labels.Span[0]);
        Assert.Equal(1657533977810, recording.Recording.Times.Span[0].TotalMilliseconds);
    }

    [Theory]
    [InlineData("s1_02_sw.csv")]
    [InlineData("s01_02_sx.csv")]
    [InlineData("s01_0a_sw.csv")]
    [InlineData("subjects_info.csv")]
    public void A_file_with_another_name_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(name, Encoding.UTF8.GetBytes(Header + "1,2,3,4,5,6,7,TURNING\n"));
        Assert.Contains("its name does not state person", Assert.Throws<InvalidDataException>(() => WearableData.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_read_in_the_order_of_person_execution_and_device()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "s02_01_sw", "s01_02_sw", "s01_10_sp", "s01_02_sp" })
        {
            string person = Directory.CreateDirectory(Path.Combine(folder.Path, name[..3])).FullName;
            File.WriteAllText(Path.Combine(person, name + ".csv"), Header + "1,2,3,4,5,6,7,SEATED\n");
        }

        folder.Write("subjects_info.csv", Encoding.UTF8.GetBytes("subject_id,age\n"));

        Assert.Equal(
            ["s01_02 Phone", "s01_02 Watch", "s01_10 Phone", "s02_01 Watch"],
            WearableData.ReadFolder(folder.Path).Select(r => string.Create(CultureInfo.InvariantCulture, $"s{r.Person:00}_{r.Execution:00} {r.Device}")));
    }

    [UnixFact]
    public void A_link_without_a_target_does_not_hide_the_recordings()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("s01_01_sw.csv", Encoding.UTF8.GetBytes(Header + "1,2,3,4,5,6,7,SEATED\n"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "s01_02_sw.csv"), Path.Combine(folder.Path, "removed.csv"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "s01_03_sw.csv"), path);
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "s02"), Path.Combine(folder.Path, "removed"));

        Assert.Equal([1, 3], WearableData.ReadFolder(folder.Path).Select(recording => recording.Execution));
    }

    [Fact]
    public void A_folder_without_recordings_and_a_missing_folder_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has no file with a name like", Assert.Throws<InvalidDataException>(() => WearableData.ReadFolder(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => WearableData.ReadFolder(Path.Combine(folder.Path, "no"))).Message, StringComparison.Ordinal);
    }
}
