import Formats
import Files
import HookScripts
import SystemPackage
import TestSupport
import Testing

@testable import HookActions

@Suite struct HookTextTests {
    @Test(arguments: HookScript.allCases)
    func scriptsAreTheFilesOfTheSources(_ script: HookScript) throws {
        let hooks = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        #expect(try FileIO.read(hooks.pushing(FilePath("Hooks/\(script.rawValue)"))) == script.bytes)
        #expect(HookText(script.bytes).block == HookText.block(of: script))
        #expect(HookText(script.bytes).with(nil).isOursAlone)
    }

    @Test(arguments: [
        "#!/bin/sh\nexec other \"$@\"\n", "#!/usr/bin/env bash\nexit 0", "echo no first line\n", "#!/bin/zsh -f\n\n\n",
        "#!/bin/sh\n# >>> another block >>>\n# <<< another block <<<\n",
    ])
    func blockGoesInAndOutWithoutATrace(_ text: String) {
        let before = Array(text.utf8)
        #expect(HookText.takesBlock(before))
        let block = HookText.block(of: .preCommit)
        let with = HookText(before).with(block).bytes
        #expect(HookText(with).block == block)
        let isInFront = with.starts(with: block) || with.starts(with: before.prefix { $0 != 10 } + [10] + block)
        #expect(isInFront)
        #expect(HookText(with).with(nil).bytes == before)
    }

    @Test func olderBlockIsReplacedInPlace() {
        let text = "#!/bin/sh\necho first\n# >>> git exp >>> old\nold line\n# <<< git exp <<<\necho last\n"
        let block = HookText.block(of: .prePush)
        let new = String(decoding: HookText(Array(text.utf8)).with(block).bytes, as: UTF8.self)
        #expect(new == "#!/bin/sh\necho first\n" + String(decoding: block, as: UTF8.self) + "echo last\n")
    }

    @Test(arguments: [
        "#!/usr/bin/env python3\nprint()\n", "#!/usr/bin/fish\n", "#!/bin/sh", "#!/bin/sh\r\nexit\r\n", "\u{7F}ELF\0\0",
        "#!/usr/bin/env -S node --x\n",
    ])
    func otherProgramsTakeNoBlock(_ text: String) { #expect(!HookText.takesBlock(Array(text.utf8))) }

    @Test func conflictMarkersAreFoundByLine() {
        #expect(ConflictMarkers.firstLine(of: Array("a\n<<<<<<< ours\nb\n".utf8)) == 2)
        #expect(ConflictMarkers.firstLine(of: Array("a\n\n>>>>>>>>> theirs\r\nb\n".utf8)) == 3)
        #expect(ConflictMarkers.firstLine(of: Array("a: '<<<<<<< '\n=======\n".utf8)) == nil)
    }
}
